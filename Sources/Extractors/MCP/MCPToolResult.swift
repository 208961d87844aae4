import Core
import ModelContext
import Redaction
import StrictJSON

/// What a tool answered, redacted.
package struct MCPToolResult: Hashable, Sendable {
  /// The strings of the content's text blocks, in order.
  package var texts: [String]
  /// The structured content, out of FastMCP's wrapping.
  package var structured: JSONValue?
  package var isError: Bool

  /// All of `texts`, one after another; a secret may continue in the next.
  private var together: String

  /// Reads the result of `tools/call`; throws what is wrong with it, in words that follow "the reply".
  package init(_ result: JSONValue, tool: MCPTool, redactor: Redactor) throws(ReplyReader.Failure) {
    let result = redactor.redact(result)
    if let type = result["resultType"]?.string, type != "complete" {
      throw ReplyReader.Failure(
        message:
          "is unfinished: expected resultType \"complete\", found \"\(Excerpt.line(type, limit: 40))\"",
        isAttempt: true, retryable: false)
    }
    isError = result["isError"] == .bool(true)
    let structured = result.given("structuredContent")
    let inner = structured?["result"]
    self.structured = tool.wrapsResult && structured?.members?.count == 1 ? inner ?? structured : structured
    (texts, together) = ([], "")
    guard let content = result["content"] else {
      guard structured == nil else { return }
      throw Self.malformed("\"content\": expected a list, found nothing")
    }
    guard let blocks = content.array else {
      throw Self.malformed("\"content\": expected a list, found \(content.shown)")
    }
    for (index, block) in blocks.enumerated() {
      let text = block["type"]?.string == "resource" ? block["resource"]?["text"] : block["text"]
      if block["type"]?.string == "text", text?.string == nil {
        throw Self.malformed(
          "\"content[\(index)].text\": expected a string, found \(text?.shown ?? "nothing")")
      }
      if let text = text?.string { texts.append(text) }
    }
    together = redactor.redact(texts.joined(separator: "\n"))
  }

  /// All that was said, for the record and for an error's words.
  package var raw: String {
    if texts.isEmpty, let structured { return structured.string ?? JSONWriter.compact(structured) }
    return together
  }

  /// The pieces an answer may be in, likeliest first.
  package var answers: [JSONValue] {
    var answers = structured.map { [$0] } ?? []
    answers += texts.map(JSONValue.string)
    if texts.count > 1 { answers.append(.string(together)) }
    return answers
  }

  private static func malformed(_ what: String) -> ReplyReader.Failure {
    ReplyReader.Failure(message: "is not a tool's result: \(what)", isAttempt: true, retryable: true)
  }
}
