"""A file from its upload to its rows: previewed first, every good row written once, the rest said by row and column."""

import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from openpyxl import load_workbook

from parkportal.records import intake, intake_batches, jobs, tasks
from parkportal.records.intake import CommitReport, IntakeDoor
from parkportal.records.models import AuditEntry, ColumnMapping, IntakeBatch, Job, StoredFile, Term
from parkportal.states import Refused
from parkportal.workbooks.cells import NAME, PHONE, TEXT
from parkportal.workbooks.columns import ColumnTable, column
from parkportal.workbooks.intake import IntakeKind, settle_by_key

pytestmark = pytest.mark.django_db

KIND = IntakeKind(
    code="probe",
    title="通讯录",
    columns=ColumnTable(
        (
            column("姓名", NAME, "名字", required=True),
            column("手机", PHONE, "电话", required=True),
            column("部门", TEXT, "科室"),
            column("备注", TEXT),
        )
    ),
    rules=lambda draft: None,
    settle=settle_by_key,
    key=lambda values: (values["手机"],),
    key_column=lambda values: "手机",
)
GOOD = "姓名,手机,部门,车次座位\n颜开,19900000001,食堂,G1\n公良野,19900000002,车间,G2\n"
MIXED = "姓名,手机,部门,车次座位\n颜开,19900000001,食堂,G1\n公良野,1990000,车间,G2\n合计,,,\n米禾,19900000003,车间,\n"


class Held:
    """The phone book: terms whose code is the phone and whose label is the name."""

    def present(self, keys):
        rows = Term.objects.filter(kind="probe", code__in=[key[0] for key in keys])
        return {
            (row.code,): {"姓名": row.label, "手机": row.code, "部门": row.report_label, "备注": None} for row in rows
        }


def take_in(rows, *, by, params, source_file, progress):
    for row in rows:
        if row.values["姓名"] == "不许":
            raise Refused("no", "这个人不许写。")
        Term.objects.update_or_create(
            kind="probe",
            code=row.values["手机"],
            defaults={"label": row.values["姓名"], "report_label": row.values["部门"] or ""},
        )
    created = sum(row.action == "create" for row in rows)
    return CommitReport(created, len(rows) - created, "写好了")


@pytest.fixture(autouse=True)
def door(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(intake, "_doors", dict(intake._doors))
    probe = IntakeDoor(
        KIND, ("committee",), take_in, holdings=lambda user, params: Held(), guidance=("随便什么表",), chunk=2
    )
    intake._doors["probe"] = probe
    return probe


@pytest.fixture
def staff(make_user, sign_in):
    user = make_user("committee", name="贺立行")
    sign_in(user)
    return user


def upload(client, text=GOOD, name="通讯录.csv", token=None, follow=True):
    raw = text.encode() if isinstance(text, str) else text
    data = {"file": SimpleUploadedFile(name, raw), "token": token or uuid.uuid4()}
    return client.post("/records/intake/probe/", data, follow=follow)


def press(client, batch, token=None):
    return client.post(f"/records/intake/batches/{batch.pk}/take-in/", {"token": token or uuid.uuid4()})


def run_jobs():
    for job in Job.objects.filter(status="waiting"):
        tasks.run_job(job.pk)


def test_the_preview_says_what_would_happen_and_writes_nothing(client, staff):
    Term.objects.create(kind="probe", code="19900000003", label="米禾", report_label="食堂")
    page = upload(client, MIXED).content.decode()
    assert "还没有写入任何内容" in page and "导入 2 行" in page
    assert 'data-label="表中行号">3</td>' in page
    assert "1990000" in page and "公良野" in page and 'class="column-letter">B' in page
    assert "食堂" in page and "车间" in page and "第 4 行合计行" in page
    assert Term.objects.filter(kind="probe").count() == 1
    batch = IntakeBatch.objects.get()
    counts = (batch.created, batch.updated, batch.unchanged, batch.refused, batch.skipped)
    assert counts == (1, 1, 0, 1, 1) and batch.status == "preview"


def test_phones_and_numbers_of_persons_are_masked_in_the_preview(client, staff):
    Term.objects.create(kind="probe", code="19900000001", label="旧名")
    page = upload(client).content.decode()
    assert "19900000001" not in page and "19900000002" not in page


def test_all_good_rows_are_written_by_a_job_and_the_annotated_file_comes_back(client, staff):
    upload(client, MIXED)
    batch = IntakeBatch.objects.get()
    answer = press(client, batch)
    job = Job.objects.get()
    assert answer["Location"] == f"/records/jobs/{job.token}/"
    run_jobs()
    assert dict(Term.objects.filter(kind="probe").values_list("code", "label")) == {
        "19900000001": "颜开",
        "19900000003": "米禾",
    }
    batch.refresh_from_db()
    assert (batch.status, batch.created, batch.refused, batch.written) == ("taken_in", 2, 1, 2)
    page = client.get(f"/records/intake/batches/{batch.pk}/").content.decode()
    assert "已导入通讯录 2 行" in page and "写好了" in page
    raw = client.get(f"/records/intake/batches/{batch.pk}/file/").content
    (Path(StoredFile._meta.get_field("file").storage.location) / "out.xlsx").write_bytes(raw)
    sheet = load_workbook(Path(StoredFile._meta.get_field("file").storage.location) / "out.xlsx").active
    assert "手机" in str(sheet.cell(3, 5).value)
    assert AuditEntry.objects.filter(action="intake.taken_in", by=staff).count() == 1
    poll = client.get(f"/records/jobs/{job.token}/?poll=1&watch=1")
    assert poll["HX-Redirect"] == f"/records/intake/batches/{batch.pk}/"


def test_the_button_pressed_twice_and_the_form_sent_twice_write_once(client, staff):
    token = uuid.uuid4()
    upload(client, token=token)
    upload(client, token=token)
    batch = IntakeBatch.objects.get()
    first, second = press(client, batch), press(client, batch)
    assert first["Location"] == second["Location"] and Job.objects.count() == 1
    run_jobs()
    assert press(client, batch)["Location"] == first["Location"]
    assert Term.objects.filter(kind="probe").count() == 2


def test_the_same_file_again_today_is_warned_about_and_changes_nothing(client, staff):
    upload(client)
    press(client, IntakeBatch.objects.get())
    run_jobs()
    page = upload(client).content.decode()
    assert "已经导入过同一个文件" in page and "贺立行" in page
    batch = IntakeBatch.objects.first()
    assert batch.unchanged == 2 and not batch.good and "take-in" not in page


def test_while_one_batch_of_a_file_is_being_taken_in_another_waits(client, staff):
    for _ in range(2):
        upload(client)
    first, second = IntakeBatch.objects.order_by("id")
    press(client, first)
    page = client.get(press(client, second)["Location"]).content.decode()
    assert "正在导入同一个文件" in page and Job.objects.count() == 1


def test_an_unknown_column_is_mapped_by_hand_and_remembered(client, staff):
    page = upload(client).content.decode()
    assert "“车次座位”没有认出来" in page
    batch = IntakeBatch.objects.get()
    client.post(f"/records/intake/batches/{batch.pk}/columns/", {"header": "车次座位", "field": "备注"})
    assert ColumnMapping.objects.get().field == "备注"
    page = upload(client).content.decode()
    assert "没有认出来" not in page and "<option selected>备注" in page
    client.post(f"/records/intake/batches/{batch.pk}/columns/", {"header": "车次座位", "field": ""})
    assert not ColumnMapping.objects.exists()


def test_two_headers_cannot_mean_one_column_and_no_column_can_be_invented(client, staff):
    upload(client)
    address = f"/records/intake/batches/{IntakeBatch.objects.get().pk}/columns/"
    twice = client.post(address, {"header": ["车次座位", "部门"], "field": ["备注", "备注"]}, follow=True)
    assert "两列不能对应同一栏" in twice.content.decode()
    strange = client.post(address, {"header": "车次座位", "field": "密码"}, follow=True)
    assert "没有“密码”这一栏" in strange.content.decode() and not ColumnMapping.objects.exists()


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("表.xlsx", b"\x89PNG\r\n\x1a\n" + b"x" * 50, "这里只收"),
        ("表.xlsx", b"", "文件是空的"),
        ("表.csv", "甲,乙\n1,2\n".encode(), "没有找到表头"),
        ("表.csv", "姓名,部门,科室,备注\n颜开,a,b,c\n".encode(), "缺少这一必填列"),
        ("表.xlsx", b"PK\x03\x04[Content_Types].xml xl/ broken", "损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(client, staff, name, raw, words):
    answer = upload(client, raw, name=name)
    assert words in answer.content.decode() and "Traceback" not in answer.content.decode()
    assert not Term.objects.filter(kind="probe").exists()


def test_nothing_chosen_keeps_the_page_and_says_so_on_top(client, staff):
    answer = client.post("/records/intake/probe/", {"token": uuid.uuid4()})
    assert answer.status_code == 422 and "请选择文件" in answer.content.decode()
    assert "错误：" in answer.content.decode().split("</title>")[0]


def test_a_kind_is_open_to_its_roles_and_a_batch_to_its_owner(client, make_user, sign_in, staff):
    upload(client)
    batch = IntakeBatch.objects.get()
    sign_in(make_user("squad"))
    for address in ("/records/intake/probe/", f"/records/intake/batches/{batch.pk}/", "/records/intake/nothing/"):
        assert client.get(address).status_code == 404
    assert press(client, batch).status_code == 404
    client.logout()
    assert client.get("/records/intake/probe/").status_code == 302


def test_a_batch_of_somebody_else_with_the_same_role_is_unknown(client, make_user, sign_in, door, monkeypatch):
    intake._doors["probe"] = IntakeDoor(KIND, ("contact",), take_in, holdings=lambda user, params: Held())
    sign_in(make_user("contact"))
    upload(client)
    batch = IntakeBatch.objects.get()
    sign_in(make_user("contact"))
    assert client.get(f"/records/intake/batches/{batch.pk}/").status_code == 404
    assert client.get(f"/records/intake/batches/{batch.pk}/file/").status_code == 404


def test_a_commit_that_says_no_leaves_nothing_of_its_chunk_and_the_preview_stands(client, staff):
    upload(client, "姓名,手机,部门\n颜开,19900000001,食堂\n不许,19900000002,车间\n")
    batch = IntakeBatch.objects.get()
    press(client, batch)
    run_jobs()
    batch.refresh_from_db()
    job = Job.objects.get()
    assert (job.status, job.message) == ("failed", "这个人不许写。")
    assert batch.status == "preview" and not Term.objects.filter(kind="probe").exists()


@pytest.mark.parametrize("crash_before", [1, 2, 3])
@pytest.mark.parametrize("finds_written", [True, False])
def test_killed_before_any_chunk_every_row_is_still_written_exactly_once(
    client, staff, door, monkeypatch, crash_before, finds_written
):
    written = []

    def counting(rows, **options):
        calls["n"] += 1
        if calls["n"] == crash_before and not calls["crashed"]:
            calls["crashed"] = True
            raise KeyboardInterrupt
        written.extend(row.values["手机"] for row in rows)
        return take_in(rows, **options)

    calls = {"n": 0, "crashed": False}
    held = Held() if finds_written else None
    intake._doors["probe"] = IntakeDoor(
        KIND, ("committee",), counting, holdings=lambda user, params: held, chunk=2, finds_written=finds_written
    )
    upload(client, "姓名,手机,部门\n" + "".join(f"颜开,1990000010{n},食堂\n" for n in range(6)))
    press(client, IntakeBatch.objects.get())
    job = Job.objects.get()
    with pytest.raises(KeyboardInterrupt):
        tasks.run_job(job.pk)
    Job.objects.filter(pk=job.pk).update(status="waiting", claim=None)
    tasks.run_job(job.pk)
    assert written == [f"1990000010{n}" for n in range(6)]
    batch = IntakeBatch.objects.get()
    assert (batch.status, batch.written, batch.created, batch.unchanged) == ("taken_in", 6, 6, 0)


def test_stopped_between_chunks_the_rest_can_follow(client, staff, monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0)
    upload(client, "姓名,手机,部门\n" + "".join(f"颜开,1990000010{n},食堂\n" for n in range(6)))
    batch = IntakeBatch.objects.get()
    press(client, batch)
    job, real = Job.objects.get(), intake._doors["probe"].commit

    def stop_after_first(rows, **options):
        Job.objects.filter(pk=job.pk).update(stop_asked=True)
        return real(rows, **options)

    intake._doors["probe"] = IntakeDoor(KIND, ("committee",), stop_after_first, holdings=lambda u, p: Held(), chunk=2)
    run_jobs()
    page = client.get(f"/records/intake/batches/{batch.pk}/").content.decode()
    assert "已写入 2 行" in page and "接着导入" in page
    intake._doors["probe"] = IntakeDoor(KIND, ("committee",), real, holdings=lambda u, p: Held(), chunk=2)
    press(client, batch)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.created, Term.objects.filter(kind="probe").count()) == ("taken_in", 6, 6)


def test_a_large_file_is_judged_by_the_worker(client, staff, monkeypatch):
    monkeypatch.setattr(intake_batches, "INLINE_BYTES", 10)
    answer = upload(client, follow=False)
    job = Job.objects.get()
    assert answer["Location"] == f"/records/jobs/{job.token}/"
    batch = IntakeBatch.objects.get()
    assert job.title == f"检查通讯录：第 {batch.pk} 份", "the file's name stands encrypted, and nowhere else"
    assert "正在检查" in client.get(f"/records/intake/batches/{batch.pk}/").content.decode()
    run_jobs()
    assert "还没有写入任何内容" in client.get(f"/records/intake/batches/{batch.pk}/").content.decode()


def test_the_first_page_lists_what_the_person_may_bring_in(client, staff, make_user, sign_in):
    assert "通讯录" in client.get("/records/intake/").content.decode()
    assert client.get("/records/intake/?kind=probe&enterprise=7")["Location"] == "/records/intake/probe/?enterprise=7"
    sign_in(make_user("investment"))
    assert client.get("/records/intake/").status_code == 404


# --- the command -----------------------------------------------------------------------------------------------------


def command(capsys, *arguments):
    code = 0
    try:
        call_command("intake", *arguments)
    except SystemExit as left:
        code = left.code
    return code, capsys.readouterr().out


def test_the_command_prints_one_object_and_writes_only_without_dry_run(capsys, tmp_path, make_user):
    import json

    path = tmp_path / "a.csv"
    path.write_text(MIXED)
    code, out = command(capsys, "probe", str(path), "--as-of", "2020-02-18", "--dry-run", "--json")
    said = json.loads(out)
    assert code == 0 and said["as_of"] == "2020-02-18" and said["totals"]["accepted"] == 2
    assert [row["outcome"] for row in said["rows"]] == ["accepted", "refused", "skipped", "accepted"]
    assert not Term.objects.filter(kind="probe").exists() and not IntakeBatch.objects.exists()
    user = make_user("committee", username="he")
    code, out = command(capsys, "probe", str(path), "--by", "he")
    assert code == 0 and "新增 2" in out and "第 3 行 手机" in out
    assert Term.objects.filter(kind="probe").count() == 2 and IntakeBatch.objects.get().owner == user


def test_the_command_ends_with_one_when_the_whole_file_is_refused(capsys, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"MZ not a sheet")
    assert command(capsys, "probe", str(path), "--dry-run", "--json")[0] == 1
    path.write_text("甲,乙,丙\n1,2,3\n")
    assert command(capsys, "probe", str(path), "--dry-run")[0] == 1
