import Core

/// Something of an image that is worth a note. Raw values are stored: never rename one.
package enum ImageNote: String, Hashable, Sendable, Codable, CaseIterable {
  case gamma, chromaticities, srgb, exif, animation, transparency
  case colourProfile = "colour_profile"
  case codingPoints = "coding_points"
  /// Bytes follow the image's last chunk.
  case trailingBytes = "trailing_bytes"
  /// Text chunks.
  case text
  /// A chunk that does not matter to the pixels has a wrong checksum and is ignored.
  case damagedChunk = "damaged_chunk"
  /// Bytes follow the complete compressed pixels.
  case extraData = "extra_data"
  /// A colour profile, or another description of the colours, can't be used and is ignored.
  case profileIgnored = "profile_ignored"
}

/// What is known of an image once all of it has been decoded.
package struct ImageFacts: Hashable, Sendable, Codable {
  package var width: Int
  package var height: Int
  package var bitDepth: Int
  package var colourType: PNGHeader.ColourType
  package var interlaced: Bool
  package var notes: [ImageNote]

  package init(_ header: PNGHeader, notes: [ImageNote]) {
    width = header.width
    height = header.height
    bitDepth = header.bitDepth
    colourType = header.colourType
    interlaced = header.interlaced
    self.notes = notes
  }

  package enum CodingKeys: String, CodingKey {
    case width, height, interlaced, notes
    case bitDepth = "bit_depth"
    case colourType = "colour_type"
  }
}

/// Decodes images to the end, to know that they can be.
package enum ImageValidator {
  /// Decodes a PNG completely, in memory bounded by a row; cancelling the task ends it within a few rows.
  ///
  /// The path is opened once, without following a link; `name` is used in messages where the path says little.
  package static func validate(path: String, named name: String? = nil) throws(Fault) -> ImageFacts {
    var reader = try PNGReader.opened(path: path, named: name ?? path)
    let notes = try reader.forEachRow { _ in }
    return ImageFacts(reader.header, notes: notes)
  }
}
