"""OpenStack Swift with its S3 API, all of it in this process: FOLDER PORT. One copy of everything, for tests of the registry's S3 storage.

Access key `test:tester`, secret key `testing`, region us-east-1. Prints one line when it answers. Needs Debian's python3-swift.
"""
import os
import sys

import eventlet

eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True)

import logging  # noqa: E402

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

folder, port = sys.argv[1], int(sys.argv[2])
os.makedirs(os.path.join(folder, "devices", "disk"), exist_ok=True)
utils.HASH_PATH_SUFFIX = b"seaworthy"
utils.HASH_PATH_PREFIX = b""

with open(os.path.join(folder, "swift.conf"), "w") as file:
    file.write("[swift-hash]\nswift_hash_path_suffix = seaworthy\n[storage-policy:0]\nname = one\ndefault = yes\n")
utils.SWIFT_CONF_FILE = os.path.join(folder, "swift.conf")
from swift.common import storage_policy  # noqa: E402

storage_policy.reload_storage_policies()

COMMON = f"swift_dir = {folder}\ndevices = {folder}/devices\nmount_check = false\nlog_level = ERROR\nworkers = 0\nuser = root\n"
FILTERS = {
    "catch_errors": "",
    "bulk": "",
    "tempauth": "user_test_tester = testing .admin\nallow_account_management = true\naccount_autocreate = true\n",
    "s3api": "location = us-east-1\nallow_multipart_uploads = true\ncheck_bucket_owner = false\n",
    "slo": "",
    "dlo": "",
    "copy": "",
    "listing_formats": "",
}
PIPELINE = "catch_errors listing_formats s3api tempauth bulk copy slo dlo proxy-server"


class Cache:
    """In place of memcached: what it keeps is for this process alone."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def delete(self, key, **_):
        self.kept.pop(key, None)

    def incr(self, key, delta=1, **_):
        self.kept[key] = max(0, int(self.kept.get(key, 0)) + delta)
        return self.kept[key]


CACHE = Cache()


def served(kind, listener, text):
    path = os.path.join(folder, f"{kind}.conf")
    with open(path, "w") as file:
        file.write(text)
    app = loadapp(path, global_conf={"log_requests": "off"})

    def with_cache(env, start_response):
        env["swift.cache"] = CACHE
        return app(env, start_response)

    silent = logging.getLogger("silent")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    eventlet.spawn(wsgi.server, listener, with_cache, silent, protocol=SwiftHttpProtocol, capitalize_response_headers=False)


for kind in ("account", "container", "object"):
    listener = eventlet.listen(("127.0.0.1", 0), backlog=200)
    builder = RingBuilder(1, 1, 1)
    builder.add_dev(
        {"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": listener.getsockname()[1], "device": "disk"}
    )
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, f"{kind}.ring.gz"))
    served(kind, listener, f"[DEFAULT]\n{COMMON}[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n")

filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n{more}" for name, more in FILTERS.items())
listener = eventlet.listen(("127.0.0.1", port), backlog=200)
served(
    "proxy",
    listener,
    f"[DEFAULT]\n{COMMON}[pipeline:main]\npipeline = {PIPELINE}\n[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n{filters}",
)
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
# Gone with whoever started it.
eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)
