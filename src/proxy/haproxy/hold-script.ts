import { type Backend, mainOf, MAX_HOLD_SECONDS } from "../backend.ts";
import { HOLD_FILE } from "./holds.ts";
import { ID } from "./pages.ts";

/** Between two looks at the map: what a request waits at most longer than it must. */
const LOOK_MS = 25;

/** Between two looks at it while nobody waits: how long a jump of the wall clock after a hold was set can be taken for time that passed. */
const NOTICE_MS = 100;

/**
 * The action that lets a request wait in HAProxy while its service's only container is replaced, or somebody has paused it (HAProxy Lua API 2.6:
 * core.register_action, core.register_task, core.msleep, core.del_map, class Map). The map says until when, in seconds since the epoch, so a hold ends by itself
 * when whoever began it has died. What is left of it is
 * reckoned once, when the value is first seen, and never as more than MAX_HOLD_SECONDS; from then on it passes by `core.now()`, which HAProxy keeps from jumping when
 * the wall clock does, and which for that reason cannot be compared with the wall clock's time. The map says as well how long one request waits at most, and how
 * many may be there at once, which is compared with HAProxy's own count, which knows of clients that left. `Map.new` shares its content with the map that the
 * configuration names, so `set map` over the socket reaches it. The first request after its time takes an old value away, so that no other one pays for it.
 */
export const renderHoldScript = (configFolder: string, backends: readonly Pick<Backend, "name">[]): string => {
  const names = backends.filter(({ name }) => mainOf(name) === name).map(({ name }) => `"${name}"`);
  return `-- Written by Seaworthy; see docs/guide/releases.md.
local file = "${configFolder}/${HOLD_FILE}"
local holds = Map.new(file, Map._str)
local backends = { ${names.join(", ")} }
local seen = {}

local function now()
  local time = core.now()
  return time.sec + time.usec / 1000000
end

local function held(backend)
  local value = holds:lookup(backend) or "0"
  local hold = seen[backend]
  if hold == nil or hold.value ~= value then
    local till, seconds, requests = string.match(value, "^(%d+),(%d+),(%d+)$")
    local left = math.max(0, math.min((tonumber(till) or 0) - os.time(), ${MAX_HOLD_SECONDS}))
    hold = { value = value, ends = now() + left, seconds = tonumber(seconds), requests = tonumber(requests) }
    seen[backend] = hold
  end
  if now() < hold.ends then return hold end
  return nil
end

local function refuse(txn, words)
  local reply = txn:reply({ status = 503, reason = "Service Unavailable" })
  reply:add_header("Retry-After", "2")
  reply:add_header("Content-Type", "text/plain")
  reply:set_body(words .. "\\nRequest id: " .. (txn:get_var("${ID}") or "-") .. "\\n")
  txn:done(reply)
end

core.register_task(function()
  while true do
    for _, backend in ipairs(backends) do
      held(backend)
    end
    core.msleep(${NOTICE_MS})
  end
end)

core.register_action("seaworthy_hold", { "http-req" }, function(txn, backend)
  local hold = held(backend)
  if hold == nil then
    core.del_map(file, backend)
    return
  end
  if txn.f:be_conn(txn.f:be_name()) > hold.requests then
    return refuse(txn, "Too many requests wait for this service.")
  end
  local waited = 0
  while hold ~= nil do
    if waited >= hold.seconds * 1000 then
      return refuse(txn, "The service is being replaced or paused, which takes longer than a request may wait.")
    end
    core.msleep(${LOOK_MS})
    waited = waited + ${LOOK_MS}
    hold = held(backend)
  end
end, 1)
`;
};
