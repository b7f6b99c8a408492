"""The look as a contract: readable colours, nothing the content policy blocks, a light first page, forms in their order."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CSS = (STATIC / "css" / "portal.css").read_text()
COLOURS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", CSS))
GROUNDS = ("paper", "sheet", "wash", "azure-wash")
ON_GROUND = [
    *[(text, ground) for text in ("ink", "ink-2", "azure") for ground in GROUNDS],
    *[("ink-pale", ground) for ground in ("paper", "sheet", "wash", "azure-wash")],
    *[("cinnabar", ground) for ground in ("paper", "sheet", "cinnabar-wash")],
    *[("ink", ground) for ground in ("ochre-wash", "jade-wash", "cinnabar-wash", "gamboge")],
    *[("sheet", ground) for ground in ("azure", "azure-pressed", "jade", "cinnabar", "ink")],
]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("text", "ground"), ON_GROUND)
def test_text_can_be_read_on_its_ground(text, ground):
    light, dark = sorted((luminance(COLOURS[text]), luminance(COLOURS[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_has_what_the_content_policy_blocks(path):
    html = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", html)
    assert not re.search(r"<style\b", html)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", html)
    assert not re.search(r"(src|href)=\"(https?:)?//", html)


def test_first_page_on_a_phone_is_light():
    head = (ROOT / "templates" / "_shell_head.html").read_text()
    files = [STATIC / name for name in re.findall(r"\{% static '([^']+)' %\}", head)]
    files.append(STATIC / "vendor" / "bootstrap-icons-1.13.2.svg")
    sent = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    assert sent < 90_000, "what every public page loads; with the page itself it must stay under 200 kB"


class SignUpForm(forms.Form):
    kind = forms.ChoiceField(
        label="证件类型", choices=[("id", "居民身份证"), ("other", "其他证件")], widget=forms.RadioSelect
    )
    phone = forms.CharField(label="手机号码", help_text="只用来通知结果", error_messages={"required": "请填手机号码"})
    note = forms.CharField(label="补一句", required=False)
    consent = forms.BooleanField(label="我同意", error_messages={"required": "请先勾选同意"})


def test_a_field_reads_label_hint_error_input():
    html = render_to_string("_form.html", {"form": SignUpForm({}), "submit": "继续"})
    field = html[html.index('id="div_id_phone"') :]
    order = [field.index(part) for part in ("<label", "只用来通知结果", "请填手机号码", "<input")]
    assert order == sorted(order)
    assert 'aria-invalid="true"' in field
    assert "id_phone_error" in field
    assert "可以不填" in html
    assert "*" not in html


def test_error_summary_counts_links_and_takes_the_focus():
    html = render_to_string("_error_summary.html", {"form": SignUpForm({"note": "好"})})
    assert "有 3 处要改" in html
    assert "autofocus" in html
    assert 'href="#id_phone">手机号码：请填手机号码' in html
    assert 'href="#id_kind_0"' in html
    assert 'href="#id_consent">请先勾选同意' in html


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in render_to_string("_error_summary.html", {"form": SignUpForm()})


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"])
def test_error_pages_need_nothing_from_a_view(name):
    assert "<h1>" in render_to_string(name)
