"""Long work: done once, watched, stopped, called again when its worker is gone."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from parkportal.records import files, jobs, tasks
from parkportal.records.jobs import Finished
from parkportal.records.models import AuditEntry, Job
from parkportal.states import Refused

done = []


@pytest.fixture(autouse=True)
def _kinds(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0)
    done.clear()

    @jobs.handler("probe", unit="张")
    def probe(job, progress):
        for number in range(3):
            progress.tick(number, 3)
            done.append(number)
        made = files.keep_made(b"%PDF-1", "pdf", name="标签", purpose="probe", owner=job.owner, life=timedelta(days=7))
        return Finished("排好 3 张。", {"count": 3}, made)

    @jobs.handler("refuses")
    def refuses(job, progress):
        raise Refused("no", "文件加了密码，打不开。")

    @jobs.handler("breaks")
    def breaks(job, progress):
        raise RuntimeError("王小明 439900199202290034")


@pytest.fixture
def owner(make_user):
    return make_user("committee", name="贺立行")


def begin(owner, kind="probe", **options):
    return jobs.start(kind, title="打印 3 张试管标签", by=owner, **options)


@pytest.mark.django_db
def test_a_job_is_done_once_however_often_its_task_comes(owner):
    job = begin(owner)
    for _ in range(3):
        tasks.run_job(job.pk)
    job.refresh_from_db()
    assert done == [0, 1, 2] and job.status == "done" and job.outcome == {"count": 3} and job.attempts == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_of_four_workers_one_gets_the_job(owner):
    job = begin(owner)
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        jobs.run(job.pk)
        close_old_connections()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert done == [0, 1, 2]


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_called_again_and_given_up_after_three_times(owner):
    job = begin(owner)
    for attempt in (1, 2, 3):
        Job.objects.filter(pk=job.pk).update(
            status="running", attempts=attempt, heard_at=timezone.now() - timedelta(minutes=3)
        )
        assert tasks.sweep_jobs() == (1 if attempt < 3 else 0)
    job.refresh_from_db()
    assert job.status == "failed" and "中断" in job.message
    assert tasks.sweep_jobs() == 0, "a job just heard of is left alone"


@pytest.mark.django_db
def test_a_worker_that_comes_back_finds_the_job_in_other_hands(owner):
    job = begin(owner)

    @jobs.handler("slow")
    def slow(running, progress):
        Job.objects.filter(pk=running.pk).update(claim=uuid.uuid4())
        progress.tick(1, 3)
        done.append("too late")

    Job.objects.filter(pk=job.pk).update(kind="slow")
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert not done and job.status == "running", "the one who has it now will close it"


@pytest.mark.django_db
def test_the_same_lock_while_it_is_held_and_the_same_token_give_the_first_job(owner):
    first, token = begin(owner, lock_key="file-1"), uuid.uuid4()
    assert begin(owner, lock_key="file-1") == first
    tasks.run_job(first.pk)
    second = begin(owner, lock_key="file-1", token=token)
    assert second != first and begin(owner, token=token) == second


@pytest.mark.django_db
def test_a_refusal_and_a_fault_are_said_without_anything_personal(owner, caplog):
    refused, broken = begin(owner, "refuses"), begin(owner, "breaks")
    tasks.run_job(refused.pk)
    tasks.run_job(broken.pk)
    refused.refresh_from_db()
    broken.refresh_from_db()
    assert (refused.status, refused.message) == ("failed", "文件加了密码，打不开。")
    assert broken.status == "failed" and "系统出错" in broken.message
    assert "RuntimeError" in caplog.text and "439900" not in caplog.text + broken.message


@pytest.mark.django_db
def test_the_page_shows_the_result_to_whoever_asked_and_to_nobody_else(client, make_user, sign_in, owner):
    job = begin(owner)
    address = f"/records/jobs/{job.token}/"
    sign_in(make_user("committee"))
    assert client.get(address).status_code == 404 and client.post(f"{address}stop/").status_code == 404
    sign_in(owner)
    page = client.get(address).content.decode()
    assert "停下" in page and 'hx-trigger="every 2s"' in page
    assert client.get(f"{address}result/").status_code == 404
    tasks.run_job(job.pk)
    page = client.get(f"{address}?poll=1").content.decode()
    assert "排好 3 张" in page and "文件保留 7 天" in page and "<html" not in page and "hx-trigger" not in page
    assert client.get(f"{address}result/").content == b"%PDF-1"
    assert AuditEntry.objects.filter(action="file.downloaded", by=owner).exists()
    assert "打印 3 张试管标签" in client.get("/records/jobs/").content.decode()


@pytest.mark.django_db
def test_a_waiting_job_stops_at_once_and_a_running_one_at_its_next_item(client, sign_in, owner):
    sign_in(owner)
    waiting = begin(owner)
    client.post(f"/records/jobs/{waiting.token}/stop/")
    tasks.run_job(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == "stopped" and not done

    @jobs.handler("asked")
    def asked(job, progress):
        client.post(f"/records/jobs/{job.token}/stop/")
        progress.tick(1, 3)
        done.append("went on")

    running = begin(owner, "asked")
    tasks.run_job(running.pk)
    running.refresh_from_db()
    assert running.status == "stopped" and not done


@pytest.mark.django_db
def test_a_failed_job_can_be_tried_again(client, sign_in, owner):
    sign_in(owner)
    job = begin(owner, "refuses")
    tasks.run_job(job.pk)
    assert "再试一次" in client.get(f"/records/jobs/{job.token}/").content.decode()
    Job.objects.filter(pk=job.pk).update(kind="probe")
    client.post(f"/records/jobs/{job.token}/retry/")
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.status == "done"
    client.post(f"/records/jobs/{job.token}/retry/")
    tasks.run_job(job.pk)
    assert done == [0, 1, 2], "what is done is not done again"


@pytest.mark.django_db
def test_the_list_takes_the_same_statements_for_one_job_and_for_thirty(
    client, sign_in, owner, django_assert_max_num_queries
):
    sign_in(owner)
    for _ in range(30):
        begin(owner)
    with django_assert_max_num_queries(12):
        assert client.get("/records/jobs/").content.decode().count('class="job"') == 30
