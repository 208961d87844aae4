import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Prints JSON Schemas.
struct SchemaVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema (2020-12) of what is read and written.",
    discussion: """
      Without a name, lists the names. The manifest's schema has the limits and categories of the \
      configuration in \
      force, where there is one.

      Example:
        ledgerctl schema manifest > manifest.schema.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Which: \(Schema.names.joined(separator: ", ")).")
  var name: String?
  @Option(
    name: .customLong("format"), help: "Answer as text or json: the schema as the content of a document.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    guard let name else {
      if format == .json {
        let names = Schema.names.map { $0 + "\n" }.joined()
        console.out.write(PrintedDocument(name: "schemas", content: names).line)
        return .done
      }
      for name in Schema.names { console.line(name) }
      return .done
    }
    let caller = console.caller
    let layout = try Project.find(global.address(from: caller))
    let configuration = try Configuration.load(file: layout?.configuration, environment: caller.environment)
    guard let schema = Schema.named(name, under: configuration) else { throw UsageFault.unknownSchema(name) }
    if format == .json {
      console.out.write(PrintedDocument(name: name, content: String(decoding: schema, as: UTF8.self)).line)
    } else {
      console.out.write(bytes: schema)
    }
    return .done
  }
}

extension UsageFault {
  static func unknownSchema(_ name: String) -> Fault {
    Fault(
      .usage, "There is no schema \"\(name)\": expected one of \(Schema.names.joined(separator: ", ")).",
      hint: Spelling.nearest(to: name, among: Schema.names).map { "Did you mean `ledgerctl schema \($0)`?" })
  }
}
