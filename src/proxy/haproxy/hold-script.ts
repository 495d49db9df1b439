import { type Backend, MAX_HOLD_SECONDS } from "../backend.ts";
import { HOLD_FILE } from "./render.ts";

/** Between two looks at the map: what a request waits at most longer than it must. */
const LOOK_MS = 25;

/** Between two looks at it while nobody waits: how long a jump of the wall clock after a hold was set can be taken for time that passed. */
const NOTICE_MS = 100;

/**
 * The action that lets a request wait in HAProxy while its service's only container is replaced (HAProxy Lua API 2.6: core.register_action, core.register_task,
 * core.msleep, class Map). The map says until when, in seconds since the epoch, so a hold ends by itself when whoever began it has died. What is left of it is
 * reckoned once, when the value is first seen, and never as more than MAX_HOLD_SECONDS; from then on it passes by `core.now()`, which HAProxy keeps from jumping when
 * the wall clock does, and which for that reason cannot be compared with the wall clock's time. `seconds` also bounds the wait of one request, and how many
 * may be there at once is compared with HAProxy's own count, which knows of clients that left. `Map.new` shares its content with the map that the
 * configuration names, so `set map` over the socket reaches it.
 */
export const renderHoldScript = (configFolder: string, backends: readonly Pick<Backend, "name" | "hold">[]): string => {
  const names = backends.filter(({ hold }) => hold !== undefined).map(({ name }) => `"${name}"`);
  return `-- Written by Seaworthy; see docs/guide/releases.md.
local holds = Map.new("${configFolder}/${HOLD_FILE}", Map._str)
local backends = { ${names.join(", ")} }
local seen = {}

local function now()
  local time = core.now()
  return time.sec + time.usec / 1000000
end

local function held(backend)
  local value = tonumber(holds:lookup(backend)) or 0
  local hold = seen[backend]
  if hold == nil or hold.value ~= value then
    hold = { value = value, ends = now() + math.max(0, math.min(value - os.time(), ${MAX_HOLD_SECONDS})) }
    seen[backend] = hold
  end
  return now() < hold.ends
end

local function refuse(txn, words)
  local reply = txn:reply({ status = 503, reason = "Service Unavailable" })
  reply:add_header("Retry-After", "2")
  reply:add_header("Content-Type", "text/plain")
  reply:set_body(words)
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

core.register_action("seaworthy_hold", { "http-req" }, function(txn, backend, seconds, requests)
  local left = tonumber(seconds) * 1000
  if txn.f:be_conn(backend) > tonumber(requests) then
    return refuse(txn, "Too many requests wait for this service.\\n")
  end
  while held(backend) do
    if left <= 0 then
      return refuse(txn, "The service is being replaced, which takes longer than a request may wait.\\n")
    end
    core.msleep(${LOOK_MS})
    left = left - ${LOOK_MS}
  end
end, 3)
`;
};
