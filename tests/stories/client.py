"""A device in another language, written from docs/protocol.md alone.

Python's standard library, paho-mqtt and the openssl command; nothing of ours.
Usage: client.py CODE CA_PEM FOLDER
"""

import base64
import binascii
import hashlib
import http.client
import json
import pathlib
import ssl
import subprocess
import sys
import threading
import time

import paho.mqtt.client as mqtt


def read_code(text):
    text = text.strip().upper()
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    assert raw[0] == 1, "a code of another version"
    return {
        "mqtt_port": int.from_bytes(raw[2:4], "big"),
        "enrol_port": int.from_bytes(raw[4:6], "big"),
        "token": raw[6:22],
        "ca": raw[22:38],
        "host": raw[38:-4].decode(),
    }


def main():
    code = read_code(sys.argv[1])
    ca_pem = pathlib.Path(sys.argv[2])
    folder = pathlib.Path(sys.argv[3])
    key, csr = folder / "device.key", folder / "device.csr"

    der = ssl.PEM_cert_to_DER_cert(ca_pem.read_text())
    assert hashlib.sha256(der).digest()[:16] == code["ca"], "another CA than the code's"

    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=device", "-keyout", key, "-out", csr],
        check=True, capture_output=True)
    context = ssl.create_default_context(cafile=str(ca_pem))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    https = http.client.HTTPSConnection(code["host"], code["enrol_port"], context=context)
    body = {"token": binascii.hexlify(code["token"]).decode(), "csr_pem": csr.read_text()}
    https.request("POST", "/enrol", json.dumps(body), {"content-type": "application/json"})
    answer = https.getresponse()
    enrolled = json.loads(answer.read())
    assert answer.status in (200, 201), enrolled
    device = enrolled["device"]
    certificate = folder / "device.pem"
    certificate.write_text(enrolled["certificate_pem"])

    topic = f"declic/v1/{device}/"
    stored = threading.Event()

    def connected(client, _data, _flags, reason):
        assert reason == 0, reason
        client.subscribe([(topic + leaf, 1) for leaf in ("receipt", "command", "settings")])

    def subscribed(client, _data, _mid, granted):
        assert all(qos in (0, 1) for qos in granted), granted
        message = {
            "first_seq": 1, "age_ms": 0, "install": "pythonaaaaaa", "boot": 1, "seq": 1,
            "observed_at": int(time.time() * 1000), "uptime_ms": 60000,
            "body": {"interval_s": 900, "memory": {"total_bytes": 4294967296, "available_bytes": 1234567890}},
        }
        client.publish(topic + "report", json.dumps(message), qos=1)

    def received(_client, _data, message):
        if message.topic == topic + "receipt":
            receipt = json.loads(message.payload)
            if receipt["install"] == "pythonaaaaaa" and receipt["through_seq"] >= 1:
                stored.set()

    client = mqtt.Client(client_id=device, protocol=mqtt.MQTTv311)
    client.will_set(topic + "status", '{"state":"lost"}', qos=1)
    client.tls_set(str(ca_pem), str(certificate), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
    client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, received
    client.connect(code["host"], code["mqtt_port"], keepalive=60)
    client.loop_start()
    assert stored.wait(20), "no receipt came"
    client.publish(topic + "status", '{"state":"stopped"}', qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    print(device)


main()
