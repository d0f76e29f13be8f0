"""How Markdown divides into steps."""

from runbooks.rendering import outline, to_html


def titles(text: str) -> list[str]:
    return [step.title for step in outline(text).steps]


def test_it_makes_a_step_of_each_heading() -> None:
    parts = outline("Before.\n\n## Look\n\nat it\n\n### closely\n\n## Mend\n")
    assert parts.introduction == "Before."
    assert [(s.title, s.body) for s in parts.steps] == [
        ("Look", "at it\n\n### closely"),
        ("Mend", ""),
    ]


def test_it_leaves_out_the_title_of_the_document_and_own_numbers() -> None:
    parts = outline(
        "# Disk full\n\nCareful.\n\n## 1. Look\n## Step 2: Mend ##\n## 3) [ ] **Check** `df`\n"
    )
    assert parts.introduction == "Careful."
    assert [step.title for step in parts.steps] == ["Look", "Mend", "Check df"]


def test_it_takes_no_step_from_inside_code() -> None:
    text = (
        "## Look\n\n```bash\n## not a step\n- [ ] nor this\n```\n\n~~~\n## nor this\n~~~\n\n## Mend"
    )
    assert titles(text) == ["Look", "Mend"]


def test_it_goes_to_the_end_when_code_is_never_closed() -> None:
    assert titles("## Look\n```\n## not a step") == ["Look"]


def test_it_makes_steps_of_a_task_list_when_there_are_no_headings() -> None:
    parts = outline(
        "First breathe.\n\n- [ ] Look\n\n  ```\n  df -h\n  ```\n- [x] Mend\n  - [ ] one\n"
    )
    assert parts.introduction == "First breathe."
    assert [step.title for step in parts.steps] == ["Look", "Mend"]
    assert parts.steps[0].body == "```\ndf -h\n```"
    assert parts.steps[1].body == "- [ ] one"


def test_it_makes_steps_of_a_numbered_list_when_nothing_else_is_there() -> None:
    assert titles("1. Look\n2. Mend\n") == ["Look", "Mend"]


def test_it_takes_the_highest_headings_there_are() -> None:
    assert titles("### Look\n#### closely\n### Mend") == ["Look", "Mend"]


def test_it_keeps_a_link_of_the_heading_in_the_text() -> None:
    step = outline("## Open the [board](https://example.com/d/1)").steps[0]
    assert step.title == "Open the board"
    assert "(https://example.com/d/1)" in step.body


def test_text_without_structure_has_no_steps() -> None:
    assert outline("Just call Ana.").steps == ()


def test_it_offers_commands_for_copying() -> None:
    html = to_html("Run:\n\n```bash\necho '<b>' && exit\n```\n\nThen look.")
    assert "<pre><code>echo &#x27;&lt;b&gt;&#x27; &amp;&amp; exit</code></pre>" in html
    assert html.count("<button") == 1
    assert "<p>Then look.</p>" in html


def test_it_keeps_a_list_whole_around_its_code() -> None:
    html = to_html("1. One\n\n    ```\n    df\n    ```\n\n2. Two")
    assert html.count("<ol>") == 1
    assert "data-copy" not in html


def test_nothing_that_people_write_becomes_markup_that_runs() -> None:
    text = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))\n\n"
        "```\n</code></pre><script>alert(2)</script>\n```\n\n"
        '<a title="<pre>" href="https://example.com">a</a> <button data-copy>b</button>'
    )
    html = to_html(text)
    assert "<script" not in html
    assert "onerror" not in html
    assert "javascript:" not in html
    assert html.count("<button") == 1
