import AssetBundle
import Core
import Testing

@testable import Runner

@Suite("Templates")
struct TemplateTests {
  static func context(_ template: String, _ change: (inout RenderInput) -> Void = { _ in }) throws -> String {
    var input = try SeedBundles.canopy()
    change(&input)
    input.templates.context = .init(file: "templates/context.md", bytes: Array(template.utf8))
    return String(decoding: try Renderer.render(input).context, as: UTF8.self)
  }

  @Test("The templates we ship pass their own check")
  func ownTemplatesPass() throws {
    try BundleTemplates.builtIn.check()
  }

  @Test("A template of the repository replaces ours, keeping its first line and its line breaks")
  func replacement() throws {
    let text = try Self.context(
      "{{asset_id}}: {{name}}\r\n{{#specimens}}\n* {{text}}\n{{/specimens}}\n"
        + "{{! note }}\nend{ {{{score}}} {{&mode}}"
    )
    #expect(text == "ASSET-3: Nocturnal Canopy\r\n* Eucalyptus\n* Wattle\n* Banksia\nend{ 92 Gallery")
  }

  @Test(
    "A tag on a line of its own leaves no line behind, any other all that is around it",
    arguments: [
      ("a\n  {{#mode}}  \nb\n\t{{/mode}}\nc", "a\nb\nc"), ("a\n {{! x\n y }} \r\nb", "a\nb"),
      ("{{#mode}}\nx{{/mode}}", "x"), (" {{#mode}} x {{/mode}} \n", "  x  \n"),
      ("a {{! b }} c", "a  c"), ("a\n{{! b }} {{! c }}\nd", "a\n \nd"),
      ("{{^mode}}\nx\n{{/mode}}\ny", "y"), ("x{{#mode}}\n{{/mode}}\n{{#mode}}\ny\n{{/mode}}\n", "x\ny\n"),
      ("{{name}}\u{301}{", "Nocturnal Canopy\u{301}{"), ("a }} { { b{", "a }} { { b{"),
    ])
  func standaloneTags(template: String, expected: String) throws {
    #expect(try Self.context(template) == expected)
  }

  @Test("Specs of any shape can be named, escaped, and what is absent is empty")
  func specsCanBeNamed() throws {
    let template =
      "{{specs.artist.name}}|{{specs.tags}}|{{#specs.tags}}<{{.}}>{{/specs.tags}}|{{specs.none}}"
      + "|{{#specs.artist}}{{name}}{{/specs.artist}}|{{#specs.draft}}draft{{/specs.draft}}|{{specs.artist}}"
      + "|{{#specs.list}}{{year}}{{/specs.list}}|{{specs.n}}"
    let text = try Self.context(template) {
      $0.specs = [
        "artist": ["name": "*A*"], "tags": ["x", "<y>"], "draft": true, "n": .number("1.50"),
        "list": [["year": 1900], ["year": 1901]],
      ]
    }
    #expect(
      text == "\\*A\\*|x, &lt;y&gt;|<x><&lt;y&gt;>||\\*A\\*|draft|{&quot;name&quot;:&quot;\\*A\\*&quot;}"
        + "|19001901|1.50")
  }

  @Test(
    "What is not a variable, section or comment with a known name is refused with its line",
    arguments: [
      ("a\n{{>partial}}", 2), ("{{> ../../etc/passwd }}", 1), ("{{<parent}}{{/parent}}", 1),
      ("{{$block}}{{/block}}", 1), ("{{=<% %>=}}", 1), ("{{% CONTENT_TYPE:HTML}}", 1), ("{{naem}}", 1),
      ("\n\n{{uppercased(name)}}", 3), ("{{#mode}}", 1), ("{{/mode}}", 1), ("{{#mode}}\n{{/name}}", 2),
      ("x\n{{", 2),
      ("{{name", 1), ("{{{name}}", 1), ("{{}}", 1), ("{{.}}", 1), ("{{>", 1), ("{{#", 1), ("{{%", 1),
      ("{{text}}", 1), ("{{na\u{301}me}}", 1), ("{{!never ends", 1), ("{{#specs}}{{>x}}{{/specs}}", 1),
      (String(repeating: "{{#mode}}", count: 17), 1), ("{{name.hidden}}", 1),
    ])
  func refused(template: String, line: Int) throws {
    var templates = BundleTemplates.builtIn
    templates.usage = .init(file: "templates/usage.md", bytes: Array(template.utf8))
    let fault = #expect(throws: Fault.self) { try templates.check() }
    #expect(fault?.code == "template_invalid")
    #expect(fault?.exit == .configuration)
    #expect(fault?.line == line)
    #expect(fault?.path == "templates/usage.md")
    #expect(fault?.message.contains("\"templates/usage.md\", line \(line)") == true)
  }

  @Test("A template that is not UTF-8 is refused with its line")
  func badBytes() throws {
    let source = BundleTemplates.Source(file: "context.md", bytes: Array("a\nb".utf8) + [0xFF])
    let fault = #expect(throws: Fault.self) { try BundleTemplates(context: source).check() }
    #expect(fault?.line == 2)
  }

  @Test("Lists within lists end with a fault before they fill the memory")
  func repeatedLists() throws {
    let depth = TemplateParser.depthLimit
    let text =
      String(repeating: "{{#contexts}}", count: depth) + "x"
      + String(repeating: "{{/contexts}}", count: depth)
    var input = try SeedBundles.canopy()
    input.templates.context.bytes = Array((text + "\n").utf8)
    let error = #expect(throws: Fault.self) { try Renderer.render(input) }
    #expect(error?.code == "template_invalid")
    #expect(error?.message.contains("repeat their text too often") == true)
  }

  @Test("Every name that the check knows renders without a fault, and no name beyond them does")
  func everyNameIsKnown() throws {
    let values = TemplateNames.values(try AssetFacts(SeedBundles.canopy()), .markdown)
    let kinds = Set(AssetKind.allCases.map { "is_" + $0.rawValue })
    let given = Set(values.keys).union(kinds)
    #expect(given == TemplateNames.root.union(TemplateNames.items.keys))
    for (name, known) in TemplateNames.items {
      guard case .list(let items)? = values[name] else {
        Issue.record("\(name) is not a list.")
        continue
      }
      for case .object(let members, _) in items { #expect(Set(members.keys).isSubset(of: known), "\(name)") }
    }
  }
}
