import Core
import Redaction
import StrictJSON

/// A line of a server's stdout, taken for what it is most likely meant to be.
package enum MCPLine {
  /// Messages, and what had to be passed over or put right to read them.
  case messages([MCPMessage], noticed: [String])
  /// A reply, to the request of that number where one can be made out, that is not valid JSON.
  case unreadable(id: Int64?, problem: String)
  /// Something else, such as a banner or a line of a log.
  case noise

  private static let mostStarts = 16

  /// `redactor` takes secrets out of what is told of output that was passed over.
  package init(_ line: [UInt8], limitBytes: Int, redactor: Redactor) {
    if let read = Self.value(of: line, limitBytes: limitBytes) {
      // Protocol 2025-03-26 allowed several messages in a list.
      let messages = (read.value.array ?? [read.value]).map(MCPMessage.init)
      self =
        messages.isEmpty || messages.contains(nil)
        ? .noise : .messages(messages.compactMap(\.self), noticed: read.noticed)
      return
    }
    let found = Self.messages(within: line, limitBytes: limitBytes, redactor)
    if !found.messages.isEmpty {
      self = .messages(found.messages, noticed: found.noticed)
    } else if let id = Self.idOfUnreadableReply(line) {
      let limits = JSONReader.Limits(maxBytes: limitBytes, maxDepth: 64, maxProblems: 1)
      let problems = JSONReader.read(line, limits: limits).problems
      self = .unreadable(id: id, problem: "\(JSONProblems(all: problems))")
    } else {
      self = .noise
    }
  }

  /// Reads JSON as it is, else with half characters replaced, as JavaScript's strings may have them.
  private static func value(of bytes: [UInt8], limitBytes: Int) -> (value: JSONValue, noticed: [String])? {
    var limits = JSONReader.Limits(maxBytes: limitBytes, maxDepth: 64, maxProblems: 1)
    if let value = try? JSONReader.value(of: bytes, limits: limits) { return (value, []) }
    limits.replacesLoneSurrogates = true
    guard let value = try? JSONReader.value(of: bytes, limits: limits) else { return nil }
    return (value, [JSONReader.surrogateNote])
  }

  /// Finds messages behind or between other output that no line feed parts from them, as after a progress bar.
  private static func messages(
    within line: [UInt8], limitBytes: Int, _ redactor: Redactor
  ) -> (messages: [MCPMessage], noticed: [String]) {
    var messages: [MCPMessage] = []
    var noticed: [String] = []
    var index = 0
    var passed: [UInt8] = []
    var starts = 0
    while index < line.count {
      guard line[index] == UInt8(ascii: "{"), starts < mostStarts, beginsMessage(line[index...]) else {
        if passed.count < 1024 { passed.append(line[index]) }
        index += 1
        continue
      }
      starts += 1
      if let end = JSONInText.end(ofObjectAt: index, in: line),
        let read = value(of: Array(line[index..<end]), limitBytes: limitBytes),
        let message = MCPMessage(read.value)
      {
        messages.append(message)
        noticed += read.noticed
        index = end
      } else {
        passed.append(line[index])
        index += 1
      }
    }
    let words = Excerpt.line(redactor.redact(String(decoding: passed, as: UTF8.self)), limit: 80)
    if !messages.isEmpty, !words.isEmpty {
      noticed.append("other output on the line of a message was skipped: \"\(words)\"")
    }
    return (messages, noticed)
  }

  /// Tells whether an object's first name is one of a message's.
  private static func beginsMessage(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = bytes.dropFirst().drop { $0 <= 0x20 }
    return ["\"jsonrpc\"", "\"id\"", "\"result\"", "\"error\"", "\"method\""].contains {
      start.starts(with: $0.utf8)
    }
  }

  /// The id of a line that begins as a reply does and can't be read as a whole.
  private static func idOfUnreadableReply(_ line: [UInt8]) -> Int64? {
    let text = String(decoding: line.prefix(256), as: UTF8.self).filter { !$0.isWhitespace }
    guard text.hasPrefix("{"), text.contains("\"jsonrpc\":\"2.0\""), !text.contains("\"method\":"),
      let name = text.firstRange(of: "\"id\":")
    else { return nil }
    return Int64(text[name.upperBound...].drop { $0 == "\"" }.prefix { $0.isNumber })
  }
}
