import { describe, expect, test } from "vitest";
import { numberIn, parseStat } from "./stat.ts";

/** What HAProxy 2.6.12 said to `show stat shop.web 6 -1`, with a server whose reason phrase has quotes and commas; two of them shortened to their first columns. */
const CAPTURED = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status,-,ss
shop.web,r1-1,0,0,0,1,,3,309,153,,0,,0,0,0,0,UP,100,1,0,0,0,4,0,,1,3,1,,3,,2,3,,3,L7OK,200,1,0,3,0,0,0,0,,,,3,0,0,,,,,0,,,0,0,0,0,,,,Layer7 check passed,,2,3,4,,,,127.0.0.1:39991,,http,,,,,,,,0,3,0,,,0,,0,0,0,0,0,0,0,0,1,100,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
shop.web,r1-2,0,0,0,0,,0,0,0,,0,,0,0,0,0,DOWN,0,1,0,1,1,4,4,,1,3,2,,0,,2,0,,0,L7STS,503,0,0,0,0,0,0,0,,,,0,0,0,,,,,-1,"No, ""really"", not",,0,0,0,0,,,,Layer7 wrong status,,2,3,0,,,,127.0.0.1:39992,,http,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,1,0,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
shop.web,BACKEND,0,0,0,1,998,3,309,153,0,0,,0,0,0,0,UP,100,1,0,,0,4,0,,1,3,0,,3,,1,3,,3,,,,0,3,0,0,0,0,,,,3,0,0,0,0,0,0,0,,,0,0,0,0,,,,,,,,,,,,,,http,leastconn,,,,,,,0,3,0,0,0,,,0,0,0,0,0,,,,,100,0,0,0,-,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,24,24,760,1080,0,0,

`;

describe("HAProxy's own output", () => {
  const rows = parseStat(CAPTURED);
  test("is a row for each server and the backend", () => {
    expect(rows.map((row) => row["svname"])).toEqual(["r1-1", "r1-2", "BACKEND"]);
    expect(rows[0]).toMatchObject({ status: "UP", check_status: "L7OK", check_code: "200", addr: "127.0.0.1:39991", uweight: "100" });
  });
  test("a quoted field with commas and quotes in it shifts nothing behind it", () => {
    expect(rows[1]).toMatchObject({
      last_chk: 'No, "really", not',
      check_desc: "Layer7 wrong status",
      addr: "127.0.0.1:39992",
      uweight: "0",
    });
  });
  test("numbers, and 0 where there is none", () => {
    expect([numberIn(rows[2], "req_tot"), numberIn(rows[2], "check_code"), numberIn(rows[0], "nope"), numberIn(undefined, "x")]).toEqual([
      3, 0, 0, 0,
    ]);
  });
});

describe("what else may come", () => {
  test("a field with a line end in it is one field", () => {
    expect(parseStat('# a,b,c,\nx,"one\ntwo",3,\n')).toEqual([{ a: "x", b: "one\ntwo", c: "3", "": "" }]);
  });
  test("an empty field at the end is a field", () => {
    expect(parseStat("# a,b\n1,\n,2\n")).toEqual([
      { a: "1", b: "" },
      { a: "", b: "2" },
    ]);
  });
  test("a short row has its other columns empty", () => {
    expect(parseStat("# a,b,c\n1\n")).toEqual([{ a: "1", b: "", c: "" }]);
  });
  test.each(["", "\n", "Unknown command: 'shwo'\n", "Can't find the target PID matching the prefix '@!999'\n", "No such proxy.\n\n"])(
    "%j has no rows",
    (text) => {
      expect(parseStat(text)).toEqual([]);
    },
  );
  test("a header alone has none either", () => {
    expect(parseStat("# a,b\n\n")).toEqual([]);
  });
  test("a quote that is never closed ends the reading, in linear time", () => {
    const begun = performance.now();
    expect(parseStat(`# a,b\n"${'x""'.repeat(200_000)},\n`).length).toBeLessThanOrEqual(1);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
