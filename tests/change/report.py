# SPDX-License-Identifier: Apache-2.0
"""report.py FILE SECRET...: the HTML report is well-formed, loads nothing, has no
script, and none of the secrets. Prints its text, a line for each piece.
"""
import sys
from html.parser import HTMLParser

VOID = {"meta", "br"}
LOADS = {"src", "href", "data", "action", "srcset", "poster", "background"}


class Report(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "object", "base", "form"):
            sys.exit(f"there is a <{tag}>")
        for key, _ in attrs:
            if key in LOADS or key.startswith("on"):
                sys.exit(f"<{tag}> has {key}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            sys.exit(f"</{tag}> ends nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style" and (
                "url(" in data or "@import" in data):
            sys.exit("the style loads something")
        if data.strip():
            self.text.append(data.strip())


def main(path, *secrets):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for secret in secrets:
        if secret in text:
            sys.exit("a secret is in it")
    report = Report()
    report.feed(text)
    report.close()
    if report.open:
        sys.exit(f"not ended: {report.open}")
    if "default-src 'none'" not in text:
        sys.exit("it may load something")
    print("\n".join(report.text))


main(*sys.argv[1:])
