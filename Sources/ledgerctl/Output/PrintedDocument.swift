import Runner
import StrictJSON

/// A document that a verb prints, wrapped for scripts: `ledgerctl/document/v1`.
struct PrintedDocument {
  /// The file it was written to, or what it is.
  var name: String
  var content: String
  var notes: [String] = []

  /// The wrapped document and its line feed.
  var line: String {
    let json: JSONValue = [
      "schema": "ledgerctl/document/v1", "name": .string(name), "content": .string(content),
      "notes": .array(notes.map { ["code": "note", "message": .string($0)] }),
    ]
    return JSONWriter.compact(json) + "\n"
  }
}
