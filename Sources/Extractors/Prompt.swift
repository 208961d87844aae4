import Core
import FileStore
import StrictJSON

/// What a text model is asked: `@prompt` in a tool's arguments, and the text of the files of `@briefs`.
///
/// The model sees no image, so it is told what was measured. Names, ids, scores and paths are not sent, but for the
/// file's name, which often says what an image shows.
package enum Prompt {
  /// Asks for one image's design facts.
  package static func text(for request: ExtractionRequest) -> String {
    var lines = [question, "", "File: \(VisibleText.line(request.fileName))"]
    if request.measured != nil { lines.append("Measured: " + JSONWriter.compact(measured(request))) }
    let known = SentSpecs.inPrompt(request.specs)
    if known.members?.isEmpty == false { lines.append("Known: " + JSONWriter.compact(known)) }
    return (lines + ["", form]).joined(separator: "\n") + "\n"
  }

  /// The part that is the same for every image; a change of it asks something else, and so makes another
  /// identity.
  package static let text = question + "\n" + form

  private static let question = """
    Describe an image for a design system. You can't see it: what was measured in its pixels, and what its author says
    of it, is all there is. Say only what follows from that; leave out every field that you can't tell.
    """

  private static let form = """
    Answer with one JSON object and nothing else, no code and no explanation, in this form:
    {"narrative":"<two or three sentences>","motifs":[{"name":"<motif>","rationale":"<why>"}],\
    "specimens":["<name>"],"mode":"<mode>","purpose":"<purpose>","tags":["<tag>"],\
    "placement":"<where to use it>","alt":"<alternative text>",\
    "background":"<a measured colour>","palette":{"primary":["<measured colours>"],"accents":["<measured colours>"]}}
    """

  /// What was measured, as an IDF; an empty object where nothing was.
  package static func measured(_ request: ExtractionRequest) -> JSONValue {
    request.measured?.json ?? [:]
  }
}
