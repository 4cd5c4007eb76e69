"""Devices that other people have written: an authenticator app of PyPI's pyotp, a passkey of its soft-webauthn. A line of
JSON asks, a line answers."""

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pyotp
from soft_webauthn import SoftWebauthnDevice


def read(text):
    return urlsafe_b64decode(text + "===")


def written(value):
    if isinstance(value, dict):
        return {name: written(part) for name, part in value.items()}
    return urlsafe_b64encode(value).decode().rstrip("=") if isinstance(value, bytes) else value


device = SoftWebauthnDevice()
for line in sys.stdin:
    asked = json.loads(line)
    if "key" in asked:
        answer = pyotp.TOTP(asked["key"].replace(" ", "")).at(asked["at"])
    else:
        options = {**asked["options"]["publicKey"]}
        options["challenge"] = read(options["challenge"])
        if "user" in options:
            options["user"] = {**options["user"], "id": read(options["user"]["id"])}
            answer = device.create({"publicKey": options}, asked["origin"])
        else:
            answer = device.get({"publicKey": options}, asked["origin"])
        answer["id"] = answer["rawId"]
    print(json.dumps(written(answer)), flush=True)
