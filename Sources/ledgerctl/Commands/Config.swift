import ArgumentParser
import BatchModel
import Core
import Files
import GitRepository
import Runner
import StrictJSON

/// Shows the configuration in force.
struct Config: Verb {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Shows the configuration in force, each value with its origin.",
    discussion: """
      An origin is flag, the name of an environment variable, a file's path and line, or default. With --batch, the \
      settings that the batch was registered with, beside the present ones.

      Example:
        ledgerctl config
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: ArgumentHelp("Show what this batch was registered with.", valueName: "batch"))
  var batch: String?
  @Option(help: "As with this extractor: local, mcp or exec.")
  var extractor: ExtractorKind?
  @Option(help: ArgumentHelp("As with this branch.", valueName: "name"))
  var branch: String?
  @Option(
    help: ArgumentHelp("As with this maximum time to wait for quota.", valueName: "duration"),
    transform: DurationArgument.read)
  var maxWait: DurationArgument?
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let settings = try Project.settings(
      at: global.address(from: console.caller),
      Configuration.Overrides(extractorKind: extractor?.kind, branch: branch, maxWait: maxWait?.duration))
    var registered: [String: JSONValue]?
    var id: BatchID?
    if let batch {
      let project = try global.project(.reading, from: console.caller)
      let found = try await project.batch(named: batch)
      id = found
      registered = Dictionary(
        uniqueKeysWithValues: try await project.settings(of: found).map { ($0.name, $0.value) })
    }
    guard format == .text else {
      console.out.write(Self.line(settings, registered, batch: id))
      return .done
    }
    if let id { console.line("Batch \(id): registered, and now") }
    let width = settings.all.map(\.name.count).max() ?? 0
    for setting in settings.all {
      let now = Self.text(setting.value)
      let origin = console.outStyle(VisibleText.line(setting.origin), .quiet)
      guard let registered else {
        console.line("\(setting.name.padded(to: width))  \(VisibleText.line(now))  \(origin)")
        continue
      }
      let then = registered[setting.name].map(Self.text) ?? ""
      let rest = then == now ? "" : "  now \(VisibleText.line(now))  \(origin)"
      console.line("\(setting.name.padded(to: width))  \(VisibleText.line(then))\(rest)")
    }
    return .done
  }

  private static func text(_ value: JSONValue) -> String {
    value == .null ? "-" : value.string.map { $0.isEmpty ? "\"\"" : $0 } ?? JSONWriter.compact(value)
  }

  private static func line(
    _ settings: EffectiveSettings, _ registered: [String: JSONValue]?, batch: BatchID?
  ) -> String {
    var members: [JSONValue.Member] = [
      .init("schema", "ledgerctl/settings/v1"), .init("file", .string(settings.file)),
    ]
    if let batch { members.append(.init("batch", .string(batch.text))) }
    members.append(
      .init(
        "settings",
        .array(
          settings.all.map { setting in
            var members: [JSONValue.Member] = [
              .init("name", .string(setting.name)), .init("value", setting.value),
              .init("origin", .string(setting.origin)),
            ]
            if let registered {
              let then = registered[setting.name] ?? .null
              members.append(.init("registered", then))
              members.append(.init("differs", .bool(then != setting.value)))
            }
            return .object(members)
          })))
    return JSONWriter.compact(.object(members)) + "\n"
  }
}
