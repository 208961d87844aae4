import BatchModel
import Core
import FileStore
import StrictJSON
import Subprocesses

/// Asks any program: one JSON object on stdin, an IDF on stdout, exit status 75 and a line on stderr for
/// "limited".
package struct ExecExtractor: Extractor {
  /// The exit status that means "limited", as sysexits has it.
  private static let limitedStatus: Int32 = 75
  /// What a shell, `env` and the like exit with when they can't run a program.
  private static let notRunStatuses: Set<Int32> = [126, 127]
  private static let outputLimitBytes = 1 << 20

  private let program: ExtractorProgram
  private let files: ProgramFiles
  private let timeout: Duration
  private let model: String?
  private let nowMs: @Sendable () -> Int64

  /// Takes what is configured; `environment` is our own, of which the program gets what is named.
  package init(
    _ configured: ExtractorSettings, root: String, environment: [String: String],
    nowMs: @escaping @Sendable () -> Int64
  ) {
    program = ExtractorProgram(
      words: configured.command, root: root, environmentNames: configured.env, surroundings: environment)
    files = ProgramFiles(program)
    timeout = configured.timeout
    model = configured.model
    self.nowMs = nowMs
  }

  package var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { ExecIdentity(program, files, model: model).identity }
  }

  package func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? {
    ExecIdentity(program, files, model: model).identity
  }

  package func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    var command = program.command
    command.timeout = timeout
    command.outputLimitBytes = Self.outputLimitBytes
    let asked: JSONValue = [
      "asset_id": .string(request.asset.text), "path": .string(request.imagePath), "specs": request.specs,
      "measured": Prompt.measured(request),
    ]
    command.input = Array((JSONWriter.compact(asked) + "\n").utf8)
    let result: ProcessResult
    do throws(Fault) {
      result = try await ChildProcess.run(command)
    } catch {
      throw program.refusal(error)
    }
    return try reply(result, to: request)
  }

  package func shutDown() async {
    // Every call's program ends with the call: nothing is held.
  }

  private func reply(
    _ result: ProcessResult, to request: ExtractionRequest
  ) throws(ExtractorRefusal) -> ExtractionReply {
    let reader = AnswerReader(
      subject: "the program \"\(program.name)\"", redactor: program.redactor,
      limits: LimitReader(nowMs: nowMs()))
    let said = program.redactor.redact(tail: result.errorTail)
    switch result.exit {
    case .code(0):
      let text = program.redactor.redact(String(decoding: result.output, as: UTF8.self))
      return try reader.reply(answers: [.string(text)], raw: text, to: request, notes: [], place: "stdout")
    case .code(Self.limitedStatus):
      throw reader.limited(
        reader.limits.limit(beside: "exit status 75", text: said), said: Excerpt.lastLine(said))
    case .code(let status) where Self.notRunStatuses.contains(status):
      throw .unavailable(
        reason: .notRun,
        message: "The program \"\(program.name)\" could not be run: exit status \(status), \""
          + "\(Excerpt.lastLine(said))\"\(program.unsetHint)")
    case .code, .signal:
      throw refusal(result.exit, said: said, reader)
    }
  }

  private func refusal(_ exit: ExitState, said: String, _ reader: AnswerReader) -> ExtractorRefusal {
    if let limit = reader.limits.limit(inError: said, place: "stderr") {
      return reader.limited(limit, said: Excerpt.lastLine(said))
    }
    let words = said.allSatisfy(\.isWhitespace) ? "" : ": \"\(Excerpt.lastLine(said))\""
    // What we end ourselves never comes here.
    if exit.isKilled {
      return .unavailable(
        reason: .killed, message: "The program \"\(program.name)\" was ended from outside: \(exit)\(words)")
    }
    return .rejected(
      message: "The program \"\(program.name)\" ended with \(exit)\(words)\(program.unsetHint)",
      retryable: true)
  }
}
