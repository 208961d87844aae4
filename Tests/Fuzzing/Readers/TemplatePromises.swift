import AssetBundle
import Core
import Runner

/// A template is refused with its file and line, or renders the same each time.
enum TemplatePromises {
  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    var templates = BundleTemplates()
    templates.context.bytes = bytes
    let input = input(templates)
    do throws(Fault) {
      let rendered = try Renderer.render(input)
      let again = try? Renderer.render(input)
      try keep(again == rendered, "rendered again, the document is another one")
    } catch {
      if error.code == "fuzz_broken" { throw BrokenPromise(error.message) }
      try promise(error.code == "template_invalid", "the template was refused with \(error.code)")
      try promise(error.exit == .configuration, "\(error.code) exits with \(error.exit)")
      let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
      try promise(
        (1...(lines * 4 + 4)).contains(error.line ?? 0), "\(error.code) is in line \(error.line ?? 0)")
      try promise(error.message.utf8.count < 8000, "\(error.code) says \(error.message.utf8.count) bytes")
    }
  }

  private static func keep(_ isKept: Bool, _ words: String) throws(Fault) {
    if !isKept { throw Fault(stored: "fuzz_broken", exit: .bug, words) }
  }

  private static func input(_ templates: BundleTemplates) -> RenderInput {
    var input = facts
    input.templates = templates
    return input
  }

  private static let facts: RenderInput = {
    guard let asset = AssetID("ASSET-3"),
      let targets = try? Layout().targets(
        asset: asset, slug: Slug(folding: "Nocturnal Canopy"), category: "patterns")
    else { preconditionFailure("The example's values are valid.") }
    let idf = IDF(
      dimensions: .init(width: 512, height: 512), background: "#1a1714",
      palette: .init(primary: ["#c45c4b", "#d4a84b"], accents: ["#7a9e82"]),
      densityZones: .init(
        upperLeft: .init(coverage: 0.18), central: .init(coverage: 0.65), lowerRight: .init(coverage: 0.2)),
      specimens: ["Banksia", "<b>{{name}}"], mode: "Gallery")
    return RenderInput(
      asset: asset, name: "Nocturnal {{canopy}}", category: "patterns", handle: "asset-3", kind: .pattern,
      url: nil, score: 92,
      specs: [
        "list": [1, "two", ["three"], ["four": 4]], "text": "a\nb", "nested": ["a": ["b": [true, false]]],
      ],
      idf: idf, image: .zero, targets: targets)
  }()
}
