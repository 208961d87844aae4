import Core
import Synchronization

/// The templates that an asset's documents are made from: the two Markdown ones, and those that a project adds.
package struct BundleTemplates: Hashable, Sendable {
  /// Names of the templates' files in a folder that replaces ours.
  package static let contextFile = "context.md"
  package static let usageFile = "usage.md"

  /// A template's bytes, and what to call it in a fault.
  package struct Source: Hashable, Sendable {
    package var file: String
    package var bytes: [UInt8]

    package init(file: String, bytes: [UInt8]) {
      self.file = file
      self.bytes = bytes
    }

    package var digest: Digest { .sha256(bytes) }
  }

  package var context: Source
  package var usage: Source
  /// Each becomes one more file of every bundle, under its own name; in the order of the names.
  package var more: [More]

  /// A template of a project's own.
  package struct More: Hashable, Sendable {
    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
      self.name = name
      self.source = source
    }
  }

  package init(context: Source = builtIn.context, usage: Source = builtIn.usage, more: [More] = []) {
    self.context = context
    self.usage = usage
    self.more = more.sorted { $0.name < $1.name }
  }

  /// The files beside the two documents among a registration's template names, sorted.
  package static func moreFiles(among names: some Sequence<String>) -> [String] {
    names.filter { $0 != contextFile && $0 != usageFile }.sorted()
  }

  /// The templates shipped in the command.
  package static let builtIn = BundleTemplates(
    context: Source(file: contextFile, bytes: Array(ContextTemplate.text.utf8)),
    usage: Source(file: usageFile, bytes: Array(UsageTemplate.text.utf8)))

  /// Checks all templates without rendering: the fault names the first wrong tag's file and line.
  package func check() throws(Fault) {
    _ = try Self.parsed(context)
    _ = try Self.parsed(usage)
    for template in more { _ = try Self.parsed(template.source) }
  }

  /// Templates parsed in this process: its assets and batches share the same few.
  private static let parsedBefore = Mutex<[Source: Template]>([:])
  private static let keptAtMost = 16

  /// Returns a checked template, parsed at its first use in this process.
  package static func parsed(_ source: Source) throws(Fault) -> Template {
    if let template = parsedBefore.withLock({ $0[source] }) { return template }
    let template = try parse(source)
    parsedBefore.withLock { known in
      if known.count >= keptAtMost { known = [:] }
      known[source] = template
    }
    return template
  }

  private static func parse(_ source: Source) throws(Fault) -> Template {
    guard let text = String(validating: source.bytes, as: UTF8.self) else {
      throw .templateInvalid(
        file: source.file, line: lineOfBadText(source.bytes), found: "other bytes", expected: "UTF-8 text")
    }
    return try TemplateParser.parse(text, file: source.file)
  }

  private static func lineOfBadText(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return (bad ?? 0) + 1
  }
}
