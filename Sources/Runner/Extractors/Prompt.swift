/// What a model is asked where a tool takes a question: `@prompt` in the arguments.
enum Prompt {
  /// Asks for one image's design facts, in words and with the form of the answer.
  static func text(for request: ExtractionRequest) -> String {
    """
    \(text)
    The image is \(request.dimensions.width) x \(request.dimensions.height) pixels. What is known about it: \
    \(JSONWriter.compact(request.specs))
    """
  }

  /// The part that is the same for every image; a change of it asks something else, and so makes another
  /// identity.
  static let text = """
    Extract the design facts of the image. Answer with one JSON object and nothing else, in this form: \
    {"schema":"idf/v1","dimensions":{"width":<pixels>,"height":<pixels>,"format":"PNG"},\
    "background":"#rrggbb","palette":{"primary":["#rrggbb"],"accents":["#rrggbb"]},\
    "density_zones":{"upper_left":{"coverage":<0 to 1>},"central":{"coverage":<0 to 1>},\
    "lower_right":{"coverage":<0 to 1>}},"specimens":["<name>"],"mode":"<mode>","purpose":"<purpose>"}. Coverage is the share of a zone's pixels that are not background.
    """
}
