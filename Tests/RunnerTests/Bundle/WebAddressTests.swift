import AssetBundle
import Testing

@testable import Runner

@Suite("Links in values")
struct WebAddressTests {
  @Test(
    "Within an address nothing is escaped; around it everything is",
    arguments: [
      ("https://e.org/a#b", "https://e.org/a#b"), ("see http://e.org/a_b*c.", "see http://e.org/a_b*c."),
      ("(https://e.org/x)", "(https://e.org/x)"), ("https://e.org/x_(y)", "https://e.org/x_(y)"),
      ("https://e.org/?a=1&b=2", "https://e.org/?a=1&b=2"), ("www.e.org/#a", "www.e.org/#a"),
      ("https://e.org/a|b`c\\d\"e", "https://e.org/a%7Cb%60c%5Cd%22e"),
      ("https://e.org/a*", "https://e.org/a%2A"), ("'https://e.org'", "&#39;https://e.org&apos;"),
      ("https://e.org/<b>", "https://e.org/&lt;b&gt;"), ("xhttps://e.org/#a", "xhttps://e.org/\\#a"),
      ("awww.e.org/#a", "awww.e.org/\\#a"), ("https:///#a", "https:///\\#a"), ("https://", "https://"),
      ("a #b *c*", "a \\#b \\*c\\*"), ("http://localhost/#x", "http://localhost/#x"),
    ])
  func addressesStay(value: String, markdown: String) {
    #expect(MarkdownText.of(value) == markdown)
  }
}
