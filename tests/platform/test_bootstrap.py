import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from incidentsite import bootstrap
from incidentsite.supervisor.rundir import RunDir


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    key = bootstrap.secret_key(directory)
    assert len(key) >= 50
    assert bootstrap.secret_key(directory) == key
    assert stat.S_IMODE((directory / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(bootstrap.secret_key, [tmp_path] * 32))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_host_that_is_everywhere_is_never_any_name() -> None:
    names = bootstrap.allowed_hosts("0.0.0.0", "https://incidents.example.com")
    assert {"incidents.example.com", "localhost", "127.0.0.1"} <= set(names)
    assert not {"*", "0.0.0.0", ""} & set(names)


def test_a_missing_library_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    monkeypatch.setattr("sys.platform", "linux")
    hint = bootstrap.missing_library_hint()
    assert hint is not None
    assert "\n" not in hint
    assert hint.endswith("apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def test_the_data_directory_is_absolute_wherever_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", "here")
    assert bootstrap.data_dir() == tmp_path / "here"
    monkeypatch.setenv("DATA_DIR", "")
    assert bootstrap.data_dir() == bootstrap.ROOT / "var"


@pytest.mark.parametrize(
    ("environment", "site"),
    [
        ({}, "http://127.0.0.1:8123"),
        ({"PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"HOST": "::"}, "http://127.0.0.1:8000"),
        ({"HOST": "fd00::1", "PORT": "80"}, "http://[fd00::1]:80"),
        ({"SITE_URL": "https://incidents.example.com/"}, "https://incidents.example.com"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_a_command_beside_a_running_system_names_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], site: str
) -> None:
    for name in ("SITE_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "run").mkdir()
    RunDir(tmp_path).note_address("http://127.0.0.1:8123")
    assert bootstrap.site_url(tmp_path) == site


def test_nothing_that_runs_is_port_8000(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SITE_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    assert bootstrap.site_url(tmp_path) == "http://127.0.0.1:8000"
