"""What the stories told inside the machine have in common."""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import traceback
import urllib.request

PATIENCE = 120
CONFIG = pathlib.Path("/etc/saker/saker.yaml")
DROP_INS = pathlib.Path("/etc/saker/saker.d")
ALERTS = pathlib.Path("/var/log/saker/alerts.json")
PACKAGE = "/saker/saker.deb"
RULES = pathlib.Path("/saker/test-rules.yaml")
BLIND = "Saker internal: blind"
_began = time.monotonic()


class Wrong(Exception):
    """Something is not as it should be."""


def say(words):
    """One call, so that threads do not mix their lines."""
    os.write(1, f"vm: {words}\n".encode())


def tell(*chapters):
    """Runs the chapters in order, until one goes wrong. Whoever boots the machine wants to read `all is told`."""
    for chapter in chapters:
        try:
            chapter()
        except Exception:
            traceback.print_exc(file=sys.stdout)
            print(run(["journalctl", "-b", "--no-pager", "-o", "short-monotonic", "-n", "60"]), flush=True)
            say(f"wrong {chapter.__name__}")
            return
        say(f"ok {chapter.__name__} at {time.monotonic() - _began:.0f} s")
    say("all is told")


def check(holds, words):
    if not holds:
        raise Wrong(words)


def run(words, expect=0):
    """Standard output and error of a command that ends as expected; None: however it ends."""
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if expect is not None and done.returncode != expect:
        raise Wrong(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def wait_until(holds, words, seconds=PATIENCE):
    """What `holds` returned when it was true for the first time."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise Wrong(f"waited {seconds} s in vain: {words}")
        time.sleep(0.1)


def unit(name):
    return run(["systemctl", "show", "-P", name, "saker.service"]).strip()


def main_pid():
    return int(unit("MainPID"))


def ask(path, port=8765):
    """What the daemon answers, or None."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return None


def metric(name, port=8765):
    """The samples of a metric: {labels as written: value}."""
    lines = (ask("/metrics", port) or "").splitlines()
    found = [line[len(name):].rsplit(" ", 1) for line in lines if line.startswith((name + "{", name + " "))]
    return {labels: float(value) for labels, value in found}


def alerts(path=ALERTS, begin=0):
    """Those in a file, behind a place in it. What is no whole line, as a power failure leaves it, is none."""
    try:
        lines = path.read_bytes()[begin:].split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            pass
    return found


def alerts_of(rule, path=ALERTS):
    return [alert for alert in alerts(path) if alert["rule"] == rule]


def wait_for_act(act, rule, path=ALERTS):
    """The first alert of the rule that was not there before the act."""
    before = len(alerts_of(rule, path))
    act()
    return wait_until(lambda: alerts_of(rule, path)[before:], f"an alert of {rule}")[0]


def drop_in(name, text):
    """A part of Saker's configuration."""
    (DROP_INS / f"{name}.yaml").write_text(text)


def judge_by(rules, more=""):
    """These rules beside the shipped ones, and more of the configuration."""
    RULES.write_text(rules)
    drop_in("60-test", f"rules_files: [/usr/share/saker/rules, {RULES}]\n{more}")


def touched(folder, output="%fd.name"):
    """A rule about files below a folder that is not there."""
    return (f"- rule: touched\n  desc: d\n  output: \"{output}\"\n  priority: NOTICE\n"
            f"  condition: evt.type in (open, openat) and fd.name startswith {folder}\n")


def unit_drop_in(name, text):
    folder = pathlib.Path("/etc/systemd/system/saker.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.conf").write_text(text)
    run(["systemctl", "daemon-reload"])


def restart():
    run(["systemctl", "reset-failed", "saker"])
    run(["systemctl", "restart", "saker"])


def touch(name):
    """An act such a rule is about."""
    try:
        os.open(name, os.O_RDONLY)
    except FileNotFoundError:
        pass


class Receiver:
    """Takes alerts over HTTP: `got` has their ids, in order, as often as they came."""

    def __init__(self, port, heard=lambda alert: None):
        self.got = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for line in body.splitlines():
                    alert = json.loads(line)
                    outer.got.append(alert["id"])
                    heard(alert)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *unused):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
