from local_cloud.console.logs import Tail


def test_a_log_begins_with_its_last_lines(tmp_path):
    file = tmp_path / "log"
    file.write_text("one\ntwo\nthree\n")
    assert Tail(lambda: {"app-1/web": file}).begin(2) == ["==> app-1/web <==", "two", "three"]


def test_it_goes_on_with_what_is_new(tmp_path):
    file = tmp_path / "log"
    file.write_text("one\n")
    tail = Tail(lambda: {"app-1/web": file})
    tail.begin(10)
    with file.open("a") as stream:
        stream.write("two\n")
    assert tail.more() == ["two"]
    assert tail.more() == []


def test_a_line_is_shown_once_it_is_ended(tmp_path):
    file = tmp_path / "log"
    file.write_text("one\nha")
    tail = Tail(lambda: {"app-1/web": file})
    assert tail.begin(10)[1:] == ["one"]
    with file.open("a") as stream:
        stream.write("lf\n")
    assert tail.more() == ["half"]


def test_an_emptied_file_is_read_from_its_start(tmp_path):
    file = tmp_path / "log"
    file.write_text("a long line of before\n")
    tail = Tail(lambda: {"app-1/web": file})
    tail.begin(10)
    file.write_text("after\n")
    assert tail.more() == ["after"]


def test_a_replica_that_comes_is_read_from_its_start_under_its_own_heading(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("one\n")
    files = {"app-1/web": first}
    tail = Tail(lambda: files)
    tail.begin(10)
    files["app-2/web"] = second
    assert tail.more() == []
    second.write_text("two\n")
    assert tail.more() == ["==> app-2/web <==", "two"]
    with first.open("a") as stream:
        stream.write("three\n")
    assert tail.more() == ["==> app-1/web <==", "three"]


def test_a_file_that_goes_is_forgotten(tmp_path):
    file = tmp_path / "log"
    file.write_text("one\n")
    tail = Tail(lambda: {"app-1/web": file})
    tail.begin(10)
    file.unlink()
    assert tail.more() == []


def test_a_very_long_line_is_not_waited_for(tmp_path):
    file = tmp_path / "log"
    file.write_text("")
    tail = Tail(lambda: {"app-1/web": file})
    tail.begin(10)
    file.write_text("x" * 1_500_000 + "\n")
    assert [len(each) for each in tail.more()[1:] + tail.more()] == [1_000_000, 500_000]
