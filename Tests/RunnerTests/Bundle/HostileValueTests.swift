import AssetBundle
import Core
import StrictJSON
import Testing

@testable import Runner

@Suite("Hostile values")
struct HostileValueTests {
  static let values = [
    "{{asset_id}}", "{{{name}}}", "{{>../secret}}", "{{#specimens}}x{{/specimens}}", "{{=<% %>=}}",
    "</script><script>alert(1)</script>", "<\u{301}script>", "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"x\")",
    "a\n# heading\n\n---\n```\n</style>", "`code` *b* _i_ ~s~ [a](javascript:x) ![i](u) | cell |",
    "https://e.org/`c`|x<img>\"on=1#h", "www.e.org/$x$ | cell https://e.org/\\",
    "\u{1b}[31mred\u{1b}]0;t\u{7}", "\u{202e}gnp.exe\u{2066}", "a\u{1}b\r\nc\td", "\u{2028}\u{2029}\u{85}",
    "\"); } body { display: none } /*", "'\" onclick='x", "&lt;b&gt;", "\\", "- item", "1. item", "+ x",
    "$$x$$",
  ]

  static func hostile(_ value: String) throws -> RenderInput {
    var input = try SeedBundles.canopy()
    input.name = value
    input.category = value
    input.specs = ["name": .string(value), "deep": [["\(value)": .string(value)]]]
    input.idf.specimens = [value, value]
    input.idf.mode = value
    input.idf.purpose = value
    input.idf.dimensions.format = value
    return input
  }

  @Test("Nothing hidden is left in any document", arguments: values)
  func nothingHiddenIsLeft(value: String) throws {
    let bundle = try Renderer.render(Self.hostile(value))
    for bytes in [bundle.context, bundle.tokens, bundle.usage] {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" })
    }
    #expect(DesignTokensRules.violations(in: try JSONReader.value(of: bundle.tokens)) == [])
  }

  /// A plain value in place of the hostile one gives the skeleton that must not change.
  @Test("A document keeps its lines, cells, code blocks and tags, whatever the values are", arguments: values)
  func structureStays(value: String) throws {
    let bundle = try Renderer.render(Self.hostile(value))
    let plain = try Renderer.render(Self.hostile("plain"))
    for (bytes, other) in [(bundle.context, plain.context), (bundle.usage, plain.usage)] {
      #expect(Self.skeleton(bytes) == Self.skeleton(other))
    }
  }

  @Test("Within code blocks nothing of a value occurs", arguments: values)
  func codeBlocksStay(value: String) throws {
    var input = try Self.hostile(value)
    var plain = try Self.hostile("plain")
    input.kind = .pattern
    plain.kind = .pattern
    #expect(try Self.code(Renderer.render(input).usage) == Self.code(Renderer.render(plain).usage))
  }

  @Test(
    "A value is shown as text: never expanded, never markup",
    arguments: [
      ("{{asset_id}}", "{{asset_id}}"), ("<b>&", "&lt;b&gt;&amp;"), ("<\u{301}b", "&lt;\u{301}b"),
      ("a\n\n# b", "a \\# b"), ("[x](y)", "\\[x\\](y)"), ("a|b", "a\\|b"), ("\u{202e}x", "\\\\u{202e}x"),
      ("=HYPERLINK(1)", "\\=HYPERLINK(1)"), ("12. x", "12\\. x"), ("12x", "12x"), ("- x", "\\- x"),
      (" a  b ", "a b"),
      ("👩‍👩‍👧 naïve", "👩‍👩‍👧 naïve"), ("", ""),
    ])
  func shownAsText(value: String, markdown: String) {
    #expect(Array(MarkdownText.of(value).unicodeScalars) == Array(markdown.unicodeScalars))
  }

  /// The marks that make structure: unescaped ones only.
  private static func skeleton(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map {
      line in
      var marks = String(line.prefix { "#-`| ".contains($0) })
      var escaped = false
      for scalar in line.replacing(/[A-Za-z0-9]_(?=[A-Za-z0-9])/, with: "").unicodeScalars {
        if !escaped, "`|<>*_[]~$".unicodeScalars.contains(scalar) { marks.unicodeScalars.append(scalar) }
        escaped = !escaped && scalar == "\\"
      }
      return marks
    }
  }

  private static func code(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: "```", omittingEmptySubsequences: false)
      .enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
  }
}
