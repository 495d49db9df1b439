import { expect, test } from "vitest";
import { html, NOTHING_HERE } from "./html.ts";

/** Under another name: the formatter lays out what is tagged html. */
const template = html;

test("what is put in is text, in content and in attributes", () => {
  const hostile = `</p><script>alert("1")</script>' onload='x & \u001b[31m\u202e`;
  expect(template`<p title="${hostile}">${hostile}</p>`.markup).toBe(
    '<p title="&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x &amp; \u{FFFD}[31m\u{FFFD}">&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x &amp; \u{FFFD}[31m\u{FFFD}</p>',
  );
});

test("markup, lists of it and numbers go in as they are", () => {
  expect(template`<ul>${[1, 2].map((n) => template`<li>${n}</li>`)}</ul>${NOTHING_HERE}`.markup).toBe("<ul><li>1</li><li>2</li></ul>");
});

test("the layout of the code is not the page's, that of texts stays", () => {
  expect(
    template`<p
      class="x">${"a\n   b"}</p>`.markup,
  ).toBe('<p\nclass="x">a\n   b</p>');
});
