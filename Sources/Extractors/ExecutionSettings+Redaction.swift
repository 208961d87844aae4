import BatchModel
import Redaction
import StrictJSON

extension ExecutionSettings {
  /// The settings as they may be stored: every string that a person wrote, without secrets.
  package func redacted(by redactor: Redactor) -> ExecutionSettings {
    var redacted = self
    redacted.extractor.command = extractor.command.map(redactor.redact)
    redacted.extractor.tool = redactor.redact(extractor.tool)
    redacted.extractor.model = extractor.model.map(redactor.redact)
    redacted.extractor.arguments = extractor.arguments.mappingStrings(redactor.redact)
    return redacted
  }
}

extension JSONValue {
  /// The same value with every string in it changed, names of fields left as they are.
  fileprivate func mappingStrings(_ change: (String) -> String) -> JSONValue {
    switch self {
    case .string(let text): .string(change(text))
    case .array(let elements): .array(elements.map { $0.mappingStrings(change) })
    case .object(let members): .object(members.map { Member($0.name, $0.value.mappingStrings(change)) })
    case .null, .bool, .number: self
    }
  }
}
