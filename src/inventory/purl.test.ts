import { describe, expect, test } from "vitest";
import type { Package } from "./package.ts";
import { purlOf } from "./purl.ts";

const of = (found: Omit<Package, "licenses">, distribution = "debian", distro = "debian-12"): string =>
  purlOf({ ...found, licenses: [] }, { distribution, distro });

/** Those of the specification's own tests that are made from parts (github.com/package-url/purl-spec, tests/). */
describe("a package's URL", () => {
  test.each([
    [{ type: "npm", namespace: "@angular", name: "animation", version: "12.3.1" }, "pkg:npm/%40angular/animation@12.3.1"],
    [{ type: "npm", namespace: "@MyScope", name: "MyPackage", version: "1.0.0" }, "pkg:npm/%40myscope/mypackage@1.0.0"],
    [{ type: "npm", name: "foobar", version: "1.2.3-alpha.1+build.456" }, "pkg:npm/foobar@1.2.3-alpha.1+build.456"],
    [{ type: "pypi", name: "My.PyPI_.--._Package", version: "1.11.1.dev1" }, "pkg:pypi/my-pypi-package@1.11.1.dev1"],
    [{ type: "golang", name: "github.com/Gorilla/context", version: "v1.1.0" }, "pkg:golang/github.com/gorilla/context@v1.1.0"],
    [{ type: "maven", namespace: "org.apache.commons", name: "io", version: "1.3.4" }, "pkg:maven/org.apache.commons/io@1.3.4"],
    [{ type: "nuget", name: "EnterpriseLibrary.Common", version: "6.0.1304" }, "pkg:nuget/EnterpriseLibrary.Common@6.0.1304"],
    [{ type: "composer", namespace: "Laravel", name: "Framework", version: "5.5.0" }, "pkg:composer/laravel/framework@5.5.0"],
    [{ type: "gem", name: "jruby-launcher", version: "1.1.2" }, "pkg:gem/jruby-launcher@1.1.2"],
    [{ type: "cargo", name: "structopt", version: "0.3.11" }, "pkg:cargo/structopt@0.3.11"],
    [{ type: "hex", name: "Plug", version: "1.0.0" }, "pkg:hex/plug@1.0.0"],
    [{ type: "pub", name: "Flutter-Downloader", version: "1.0.0" }, "pkg:pub/flutter_downloader@1.0.0"],
    [{ type: "cocoapods", name: "GoogleUtilities/NSData+zlib", version: "7.5.2" }, "pkg:cocoapods/GoogleUtilities@7.5.2#NSData+zlib"],
    [
      { type: "swift", namespace: "github.com/Alamofire", name: "Alamofire", version: "5.4.3" },
      "pkg:swift/github.com/Alamofire/Alamofire@5.4.3",
    ],
    [{ type: "cran", name: "A3", version: "0.9.1" }, "pkg:cran/A3@0.9.1"],
    [{ type: "hackage", name: "AC-HalfInteger", version: "1.2.1" }, "pkg:hackage/AC-HalfInteger@1.2.1"],
    [{ type: "bitnami", name: "wordpress", version: "6.2.0", arch: "arm64" }, "pkg:bitnami/wordpress@6.2.0?arch=arm64"],
    [{ type: "github", namespace: "actions", name: "cache/restore", version: "v4" }, "pkg:github/actions/cache@v4#restore"],
  ] as const)("%o", (found, purl) => {
    expect(of(found)).toBe(purl);
  });
  test.each([
    [
      { type: "deb", name: "libstdc++6", version: "12.2.0-14", arch: "amd64", source: { name: "gcc-12", version: "12.2.0-14" } },
      "pkg:deb/debian/libstdc++6@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12",
    ],
    [
      { type: "deb", name: "libc6", version: "2.36-9+b1", source: { name: "glibc", version: "2.36-9" } },
      "pkg:deb/debian/libc6@2.36-9+b1?distro=debian-12&upstream=glibc%402.36-9",
    ],
    [{ type: "deb", name: "attr", version: "1:2.4.47-2", arch: "amd64" }, "pkg:deb/debian/attr@1:2.4.47-2?arch=amd64&distro=debian-12"],
    [
      {
        type: "rpm",
        name: "openssl-libs",
        version: "1:3.0.7-24.el9",
        arch: "x86_64",
        source: { name: "openssl", version: "1:3.0.7-24.el9" },
      },
      "pkg:rpm/debian/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=debian-12&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm",
    ],
    [
      { type: "apk", name: "ssl_client", version: "1.36.1-r2", arch: "x86_64", source: { name: "busybox", version: "1.36.1-r2" } },
      "pkg:apk/debian/ssl_client@1.36.1-r2?arch=x86_64&distro=debian-12&upstream=busybox",
    ],
  ] as const)("of a distribution says which, for what, and made from what: %o", (found, purl) => {
    expect(of(found)).toBe(purl);
  });
  test("without a distribution that says what it is has none", () => {
    expect(purlOf({ type: "deb", name: "a", version: "1", licenses: [] })).toBe("pkg:deb/a@1");
  });
});
