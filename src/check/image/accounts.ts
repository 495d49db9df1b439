/** The lines of /etc/passwd, /etc/shadow and /etc/group that can be read; the rest engines skip, too. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly shell: string;
  readonly line: number;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly line: number;
}

/** An account's second field: empty is no password at all, which lets everybody in. */
export interface Password {
  readonly name: string;
  readonly empty: boolean;
  readonly line: number;
}

const MAX_LINES = 20_000;

const records = (text: string): readonly { readonly fields: readonly string[]; readonly line: number }[] =>
  text
    .split("\n", MAX_LINES)
    .map((line, index) => ({ fields: line.replace(/\r$/, "").split(":"), line: index + 1 }))
    .filter(({ fields }) => fields.length > 2 && fields[0] !== "" && fields[0]?.startsWith("#") !== true && !/^[+-]/.test(fields[0] ?? ""));

/** An id as the C library reads it; NaN when it is none. */
const idOf = (text: string | undefined): number => (/^\s*\d{1,10}\s*$/.test(text ?? "") ? Number(text) : Number.NaN);

export const accountsIn = (passwd: string): readonly Account[] =>
  records(passwd).flatMap(({ fields: [name = "", , uid, gid, , , shell = ""], line }) => {
    const account = { name, uid: idOf(uid), gid: idOf(gid), shell, line };
    return Number.isNaN(account.uid) ? [] : [account];
  });

export const groupsIn = (group: string): readonly Group[] =>
  records(group).flatMap(({ fields: [name = "", , gid], line }) => (Number.isNaN(idOf(gid)) ? [] : [{ name, gid: idOf(gid), line }]));

/** Of /etc/shadow, or of /etc/passwd, where `x` points to the other. */
export const passwordsIn = (text: string): readonly Password[] =>
  records(text).map(({ fields: [name = "", password = ""], line }) => ({ name, empty: password === "", line }));
