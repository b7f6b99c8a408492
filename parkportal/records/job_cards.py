"""How a job is shown: state, progress, what can be pressed. One card for the job's page, the list and other pages."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from parkportal.clock import as_park_time
from parkportal.records.jobs import kind_of
from parkportal.records.models import Job


@dataclass(frozen=True)
class JobCard:
    """What `templates/_job.html` shows. `watch` = the card stands on the job's own page and leads on when it is done."""

    job: Job
    watch: bool = False

    def _address(self, name: str) -> str:
        return reverse(f"records:{name}", args=[self.job.token])

    @property
    def pk(self) -> str:
        return str(self.job.token)

    @property
    def title(self) -> str:
        return self.job.title if self.job.status != Job.Status.FAILED else f"{self.job.title}：没有完成"

    @property
    def state(self) -> str:
        return self.job.status

    @property
    def is_open(self) -> bool:
        return not self.job.is_over

    @property
    def done_count(self) -> int:
        return self.job.done

    @property
    def total_count(self) -> int:
        return self.job.total if self.job.status == Job.Status.RUNNING else 0

    @property
    def unit(self) -> str:
        kind = kind_of(self.job)
        return kind.unit if kind else "条"

    @property
    def seconds_left(self) -> int:
        """A guess from the pace so far; 0 = no guess."""
        if not self.job.done or not self.job.total:
            return 0
        spent = (timezone.now() - self.job.created_at).total_seconds()
        return max(1, round(spent * (self.job.total - self.job.done) / self.job.done))

    @property
    def words(self) -> str:
        ended = self.job.finished_at
        if ended is None or self.job.status != Job.Status.DONE:
            return self.job.message
        seconds = max(1, round((ended - self.job.created_at).total_seconds()))
        kept = "，文件保留 7 天" if self.job.result_id else ""
        said = f"{self.job.message.rstrip('。')}；" if self.job.message else ""
        return f"{said}{as_park_time(ended):%H:%M} 完成，用时 {seconds} 秒{kept}"

    @property
    def url(self) -> str:
        return self._address("job")

    @property
    def url_poll(self) -> str:
        return f"{self.url}?poll=1{'&watch=1' if self.watch else ''}"

    @property
    def url_stop(self) -> str:
        return self._address("job_stop") if self.is_open and not self.job.stop_asked else ""

    @property
    def url_page(self) -> str:
        """Where the outcome is shown, when the job's kind has such a page and the job is done."""
        kind = kind_of(self.job)
        return kind.page(self.job) if kind and kind.page and self.job.status == Job.Status.DONE else ""

    @property
    def url_result(self) -> str:
        if self.url_page:
            return self.url_page
        return self._address("job_result") if self.job.result_id and self.job.status == Job.Status.DONE else ""

    @property
    def result_verb(self) -> str:
        return "看结果" if self.url_page else "下载"

    @property
    def url_retry(self) -> str:
        return self._address("job_retry") if self.job.status == Job.Status.FAILED else ""
