"""Recorded runs of our own making: no real cloud has been asked. Their shapes are the engine's."""

import json

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"correct-Horse-7-battery"'}
BUCKET = "cloudflare:index/r2Bucket:R2Bucket"
PASSWORD = "random:index/randomPassword:RandomPassword"
ACCOUNT = "0123456789abcdef0123456789abcdef"
GOOD = {"accountId": ACCOUNT, "name": "ignition-trial"}
BAD = {"accountId": ACCOUNT, "name": "Not_A_Bucket"}


def urn(token, name):
    return f"urn:pulumi:prod::trial::{token}::{name}"


def state(token, name, inputs, outputs=None):
    made = {"urn": urn(token, name), "type": token, "custom": True, "id": "x", "inputs": inputs}
    return made | ({"outputs": outputs} if outputs is not None else {})


def exported(*resources):
    return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": list(resources)}})


def event_log(*events):
    return "".join(json.dumps({"sequence": n, "timestamp": 1, **each}) + "\n" for n, each in enumerate(events))


def pre(new, op="create", old=None, *, planning=False):
    return {"resourcePreEvent": {"metadata": _metadata(new, op, old), "planning": planning}}


def done(new, op="create", old=None, *, planning=False):
    return {"resOutputsEvent": {"metadata": _metadata(new, op, old), "planning": planning}}


def failed(new, op="create"):
    return {"resOpFailedEvent": {"metadata": _metadata(new, op, None), "status": 0, "steps": 0}}


def diagnostic(text, of=""):
    return {"diagnosticEvent": {"urn": of, "message": f"<{{%reset%}}>{text}<{{%reset%}}>\n", "severity": "error"}}


def _metadata(new, op, old):
    return {"op": op, "urn": new["urn"], "type": new["type"], "old": old, "new": new}
