/** What a running HAProxy says in `show info` of the configuration it has loaded: its `structure`. */
export const LOADED = /^description: seaworthy-([0-9a-f]+)/m;
export const PID = /^Pid: (\d+)/m;
