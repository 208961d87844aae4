/// A Mustache template of four tags: variables, sections, inverted sections and comments. Follows mustache(5) and, for
/// tags on lines of their own, the Mustache specification (https://github.com/mustache/spec).
///
/// Values come escaped already, so `{{x}}`, `{{{x}}}` and `{{&x}}` give the same.
package struct Template: Hashable, Sendable {
  package indirect enum Node: Hashable, Sendable {
    case text(String)
    case variable(Path)
    case section(Path, isInverted: Bool, [Node])
  }

  /// What a tag names, such as `specs.artist.name`; `.` is the item of the section around it.
  package struct Path: Hashable, Sendable {
    package var names: [String]
    /// Looked for in the item of the section around the tag alone.
    package var isOfItem: Bool

    package init(_ text: String) {
      names = text.split(separator: ".").map(String.init)
      isOfItem = text.hasPrefix(".")
    }
  }

  package var nodes: [Node]
  package var sizeBytes: Int

  /// Returns the text with the values put in; nil where lists within lists repeat what is in them too often.
  package func text(_ values: [String: TemplateValue]) -> String? {
    var rendering = Rendering(values, repetitions: Self.mostBytes / max(1, sizeBytes))
    return rendering.add(nodes) ? rendering.text : nil
  }

  /// Bytes of template that all repetitions together may come to.
  private static let mostBytes = 64 << 20

  private struct Rendering {
    var text = ""
    /// The values that names are looked for in, the innermost last.
    private var stack: [TemplateValue]
    private var repetitions: Int

    init(_ values: [String: TemplateValue], repetitions: Int) {
      stack = [.object(values, text: "")]
      self.repetitions = repetitions
    }

    /// Adds what the nodes come to; false once there are too many repetitions.
    mutating func add(_ nodes: [Node]) -> Bool {
      for node in nodes {
        switch node {
        case .text(let plain): text += plain
        case .variable(let path): text += value(at: path)?.shown ?? ""
        case .section(let path, let isInverted, let nodes):
          let value = value(at: path)
          let isThere = value.map { !$0.isNothing } ?? false
          guard isThere != isInverted else { continue }
          guard isInverted ? add(nodes) : add(nodes, for: value) else { return false }
        }
      }
      return true
    }

    private mutating func add(_ nodes: [Node], for value: TemplateValue?) -> Bool {
      switch value {
      case .list(let items)?:
        for item in items {
          repetitions -= 1
          guard repetitions >= 0, add(nodes, within: item) else { return false }
        }
        return true
      case .flag?, nil: return add(nodes)
      case .text(let text)?: return add(nodes, within: .text(text))
      case .object(let members, let text)?: return add(nodes, within: .object(members, text: text))
      }
    }

    private mutating func add(_ nodes: [Node], within item: TemplateValue) -> Bool {
      stack.append(item)
      defer { stack.removeLast() }
      return add(nodes)
    }

    /// The value that a path leads to from the innermost one that has its first name.
    private func value(at path: Path) -> TemplateValue? {
      guard let first = path.names.first else { return stack.last }
      let found = path.isOfItem ? stack.last?[first] : stack.reversed().lazy.compactMap { $0[first] }.first
      return path.names.dropFirst().reduce(found) { $0?[$1] }
    }
  }
}
