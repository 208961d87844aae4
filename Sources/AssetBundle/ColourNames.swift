import Core

/// Everyday names of colours, such as `brown`, `cream` or `dark olive`: that of the nearest of some 1,000
/// published colours.
///
/// The colours are those of three sets: the survey of xkcd (https://xkcd.com/color/rgb/, dedicated to the
/// public domain as CC0), the named colours of CSS (https://www.w3.org/TR/css-color-4/#named-colors) and the
/// centroids of ISCC-NBS (NBS Circular 553, public domain) for browns, olives and greys. Of the survey only the
/// names that everybody knows are taken; names of things, such as `old lace` or `mocha`, are listed under the
/// word that people say. `nearest` goes by `PerceivedColour`, which is Oklab with hue weighing as much as
/// lightness.
package enum ColourNames {
  /// The name of the nearest colour; of two equally near, that of the first in the table.
  package static func nearest(to colour: RGB) -> String {
    let perceived = PerceivedColour(colour)
    var nearest = (name: "", squared: Double.infinity)
    for entry in entries {
      let squared = entry.colour.squaredDistance(to: perceived)
      if squared < nearest.squared { nearest = (entry.name, squared) }
    }
    return nearest.name
  }

  /// Every name with the colour it is the name of; some have several.
  package static let entries: [(name: String, colour: PerceivedColour)] = table.split(separator: ";").flatMap
  {
    let parts = $0.split(separator: ":")
    let name = parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return parts[1].split(whereSeparator: \.isWhitespace).compactMap { hex in
      UInt32(hex, radix: 16).map { (name, PerceivedColour(RGB(hex: $0))) }
    }
  }

  private static let table = """
    almost black: 070d0d; amber: feb308; apple green: 76cd26; apricot: ffb16d; aqua: 13eac9; aqua blue:
    02d8e9; aqua green: 12e193; aquamarine: 7fffd4; army green: 4b5d16; beige: beae8a e6daa6 f5deb3
    f5f5dc ffdead ffe4b5; black: 000000; blue: 0000cd 0000ff 0343df; blue green: 137e6d; blue grey: 607c8e;
    blue purple: 5729ce; blue violet: 5d06e9 8a2be2; bluish green: 10a674; bluish grey: 748b97; bluish
    purple: 703be7; bottle green: 044a05; brick orange: c14a09; brick red: 8f1402 a03623; bright aqua:
    0bf9ea; bright blue: 0165fc 069af3 1e90ff; bright cyan: 41fdfe; bright green: 00ff00 01ff07; bright
    lime: 87fd05; bright lime green: 65fe08; bright magenta: ff08e8; bright orange: ff5b00; bright pink:
    fe01b1; bright purple: be03fd; bright red: ff000d; bright sky blue: 02ccfe; bright teal: 01f9c6;
    bright turquoise: 0ffef9; bright violet: ad0afd; bright yellow: fffd01; bright yellow green: 9dff00;
    bronze: a87900; brown: 653700 6f4e37 7f4e1e 826644 875f42 8a6e45 8b4513 8e7618 985e2b 9c6d57 a0450e
    a0522d a2653e a6814c a75e09 b2713d; brown green: 706c11; brown grey: 8d8468; brown orange: b96902;
    brown red: 922b05; brown yellow: b29705; brownish black: 28201c; brownish green: 6a6e09; brownish
    grey: 86775f; brownish orange: cb7723; brownish pink: c27e79; brownish purple: 76424e; brownish red:
    9e3623; brownish yellow: c9b003; burgundy: 610023 680018 730039 7b002c; burnt orange: c04e01;
    caramel: af6f09; cerulean: 0485d1; charcoal: 343837; charcoal grey: 3c4142; chartreuse: c1f80a;
    cherry red: f7022a; chocolate: 3d1c02; chocolate brown: 411900; clay: b66a50; cobalt: 1e488f; cobalt
    blue: 030aa7; copper: b66325; coral: fc5a50 ff7f50; coral pink: ff6163; cornflower blue: 6495ed
    6a79f7; cream: f0ead6 faebd7 faf0e6 fdf5e6 fefcaf ffebcd ffefd5 fff8dc fff9d0 fffa86 fffcc4 ffffc2;
    crimson: dc143c; cyan: 00ffff; dark aqua: 05696b; dark beige: ac9362; dark blue: 00008b 00035b; dark
    blue green: 005249; dark blue grey: 1f3b4d; dark brown: 341c02 422518 4b3621; dark cyan: 0a888a;
    dark forest green: 002d04; dark fuchsia: 9d0759; dark gold: b59410 b8860b; dark green: 006400 014600
    033500; dark grey: 363737 555555 696969; dark grey blue: 29465b; dark greyish brown: 3e322c 483c32;
    dark greyish olive: 363527; dark indigo: 1f0954; dark lime: 84b701; dark lime green: 7ebd01; dark
    magenta: 8b008b 960056; dark maroon: 3c0008; dark mauve: 874c62; dark mustard: a88905; dark navy:
    000435; dark navy blue: 00022e; dark olive: 373e02 403d21; dark olive brown: 3b3121; dark olive
    green: 3c4d03 556b2f; dark orange: c65102; dark periwinkle: 665fd1; dark pink: cb416b; dark plum:
    3f012c; dark purple: 35063e; dark red: 4b0101 840000 8b0000 b22222; dark seafoam: 1fb57a; dark
    seafoam green: 3eaf76; dark sky blue: 448ee4; dark slate: 2f4f4f; dark slate blue: 214761; dark
    slate grey: 536267; dark tan: af884a; dark teal: 014d4e 045c5a 1f6357; dark violet: 34013f; dark
    yellow: d5b60a; dark yellow green: 728f02; deep aqua: 08787f; deep blue: 040273; deep brown: 410200;
    deep green: 02590f; deep magenta: a0025c; deep orange: dc4d01; deep pink: cb0162 ff1493; deep
    purple: 36013f; deep red: 9a0200; deep sky blue: 0d75f8; deep teal: 00555a; deep turquoise: 017374;
    deep violet: 490648; denim blue: 3b638c; dull blue: 49759c; dull brown: 876e4b; dull green: 74a662;
    dull orange: d8863b; dull pink: d5869d; dull purple: 84597e; dull red: bb3f3f; dull teal: 5f9e8f;
    dusty blue: 5a86ad; dusty green: 76a973; dusty lavender: ac86a8; dusty orange: f0833a; dusty pink:
    d58a94 db7093; dusty purple: 825f87; dusty red: b9484e; dusty rose: bc8f8f c0737a; dusty teal:
    4c9085 5f9ea0; eggshell: ffffd4; emerald: 01a049; emerald green: 028f1e; faded blue: 658cbb; faded
    green: 7bb274; faded orange: f0944d; faded pink: de9dac; faded purple: 916e99; faded red: d3494e;
    faded yellow: feff7f; forest green: 06470c 228b22; fuchsia: ed0dd9; gold: daa520 dbb40c f5bf03
    ffd700; golden brown: b27a01; golden orange: f2ab15; golden yellow: efb435 f4d054 feb209 fec615;
    grape purple: 6c3461; green: 008000 15b01a; green grey: 77926f; green yellow: c9ff27; greenish blue:
    0b8b87; greenish brown: 696112; greenish cyan: 2afeb7; greenish grey: 96ae8d; greenish teal: 32bf84;
    greenish turquoise: 00fbb0; greenish yellow: cdfd02; grey: 808080 848482 929591 95a3a6 a9a9a9; grey
    blue: 6b8ba4; grey brown: 7f7053; grey green: 789b73; grey pink: c3909b; grey purple: 826d8c; grey
    teal: 5e9b8a; greyish blue: 5e819d; greyish brown: 635147 7a6a4f 7e6d5a; greyish green: 82a67d;
    greyish olive: 5b5842; greyish pink: c88d94; greyish purple: 887191; greyish teal: 719f91; hot pink:
    ff028d ff69b4; hunter green: 0b4008; indigo: 380282 4b0082; indigo blue: 3a18b1; ivory: fffff0;
    jade: 1fa774; jade green: 2baf6a; kelly green: 02ab2e; khaki: aaa662 bdb76b; khaki green: 728639;
    lavender: c79fef; lavender blue: 8b88f8; lavender pink: dd85d7; leaf green: 5ca904; lemon green:
    adf802; lemon yellow: fdff38; light aqua: 8cffdb; light beige: fffeb6; light blue: 95d0fc
    a2cffe add8e6; light blue green: 7efbb3; light blue grey: b7c9e2; light bluish green: 76fda8; light
    brown: 9d7651 ad8150; light coral: f08080; light cyan: acfffc; light green: 90ee90 96f97b; light
    greenish blue: 63f7b4; light grey: b9b8b5 c0c0c0 d3d3d3 d8dcd6; light grey blue: 9dbcd4; light grey
    green: b7e1a1; light greyish brown: 958070 ae9b82; light greyish olive: 8c8767; light lilac: edc8ff;
    light lime: aefd6c; light lime green: b9ff66; light magenta: ee82ee fa5ff7; light mauve: c292a1;
    light mint: b6ffbb; light mint green: a6fbb2; light mustard: f7d560; light olive: acbf69; light
    olive green: a4be5c; light orange: f4a460 fdaa48; light peach: ffd8b1 ffe4c4; light periwinkle:
    c1c6fc; light pink: ffb7ce ffd1df; light plum: 9d5783 dda0dd; light purple: bf77f6; light red:
    ff474c; light rose: ffc5cb; light seafoam: a0febf; light seafoam green: a7ffb5; light sky blue:
    c6fcff; light steel blue: b0c4de; light tan: fbeeac; light teal: 90e4c1; light turquoise: 7ef4cc;
    light violet: d6b4fc; light yellow: fffe7a; light yellow green: ccfd7f; light yellowish green:
    c2ff89; lilac: cea2fd; lime: aaff32; lime green: 32cd32 89fe05; lime yellow: d0fe1d; magenta: c20078
    c71585 ff00ff; mahogany: 4a0100; maroon: 650021 800000; mauve: a484ac ae7181; medium blue: 2c6fbb;
    medium brown: 7f5112; medium green: 39ad48; medium grey: 7d7f7c; medium pink: f36196; medium purple:
    9e43a2; midnight blue: 020035 191970; midnight purple: 280137; mint: 9ffeb0; mint green: 8fff9f;
    moss: 769958; moss green: 658b38; mustard: ceb301; mustard brown: ac7e04; mustard green: a8b504;
    mustard yellow: d2bd0a; muted blue: 3b719f; muted green: 5fa052; muted pink: d1768f; muted purple:
    805b87; navy: 01153e; navy blue: 000080 001146; ochre: bf9005 bf9b0c; off-white: f5f5f5 f8f8ff
    fff5ee fffaf0 fffafa ffffe4; olive: 665d1e 698339 6e750e 6f7632 808000 828344 9b8f55; olive brown:
    645403 6c541e; olive green: 677a04 6b8e23 7f8f4e; olive yellow: c2b709; orange: f97306 ff8c00 ff9408
    ffa500 ffa62b; orange brown: be6400 d2691e; orange red: fd411e; orange yellow: ffad01; orangish
    brown: b25f03; orangish red: f43605; orchid: da70d6; pale aqua: b8ffeb; pale blue: d0fefe; pale
    brown: b1916e; pale cyan: b7fffa; pale gold: eee8aa fbdd7e fcf679; pale green: 98fb98 c1fd95 c7fdb5;
    pale khaki: f0e68c; pale lavender: e6e6fa eecffe; pale lilac: e4cbff; pale lime: befd73; pale lime
    green: b1ff65; pale magenta: d767ad; pale mauve: d8bfd8 fed0fc; pale olive: b9cc81; pale olive
    green: b1d27b; pale orange: ffa756; pale peach: ffe5ad; pale pink: ffcfdc ffe4e1 fff0f5 fff4f2; pale
    purple: b790d4; pale red: d9544d; pale rose: fdc1c5; pale salmon: ffb19a; pale sky blue: bdf6fe;
    pale teal: 82cbb2; pale turquoise: a5fbd5; pale violet: ceaefa; pale yellow: fafad2 fef69e fffacd
    ffff84 ffffcb ffffe0; pastel blue: a2bffe; pastel green: b0ff9d; pastel orange: ff964f; pastel pink:
    ffbacd; pastel purple: caa0ff; pastel red: db5856; pastel yellow: fffe71; peach: ffb07c ffdab9;
    periwinkle: 8e82fe; periwinkle blue: 8f99fb; pine green: 0a481e; pink: f29e8e fe828c fe83cc fe86a4
    ff63e9 ff6cb5 ff81c0 ffb6c1 ffc0cb; pink purple: db4bda; pink red: f5054f; pinkish brown: b17261;
    pinkish grey: c8aca9; pinkish orange: ff724c; pinkish purple: d648d7; pinkish red: f10c45; pistachio
    green: c0fa8b; plum: 580f41; plum purple: 4e0550; powder blue: b0e0e6; pumpkin orange: fb7d07;
    purple: 663399 7e1e9c 800080; purple blue: 632de9; purple grey: 866f85; purple pink: e03fd8; purple
    red: 990147; purplish blue: 601ef9; purplish brown: 6b4247; purplish grey: 7a687f; purplish pink:
    ce5dae; purplish red: b0054b; raspberry: b00149; red: e50000 ff0000; red orange: fd3c06 ff4500; red
    pink: fa2a55; red purple: 820747; red violet: 9e0168; reddish brown: 742802 7f2b0a 9a3001 a13905;
    reddish grey: 997570; reddish orange: f8481c; reddish pink: fe2c54; reddish purple: 910951; rose:
    cf6275; rose pink: f7879a; rose red: be013c; royal blue: 0504aa 4169e1; royal purple: 4b006e; rust:
    a83c09 b04e0f; rust brown: 8b3103; rust orange: c45508; rust red: aa2704; sage: 87ae73; sage green:
    88b378; salmon: fa8072 ff796c; salmon pink: fe7b7c; sand: e2ca76; scarlet: be0119; sea blue: 03719c
    047495; sea green: 2e8b57 3cb371; seafoam: 80f9ad; seafoam blue: 78d1b6; seafoam green: 7af9ab;
    sienna: a9561e; silver: c5c9c7; sky blue: 75bbfd 87ceeb; slate blue: 5b7c99 6a5acd; slate green:
    658d6d; slate grey: 59656d 708090; soft blue: 6488ea; soft green: 6fc276; soft pink: fdb0c0; soft
    purple: a66fb5; steel blue: 4682b4 4f738e 5a7d9a; steel grey: 6f828a; stone: ada587; tan: a88f59
    c9ae74 d1b26f d2b48c d3b683 d99b82 deb887; taupe: c7ac7d; teal: 008080 029386; teal blue: 01889f;
    teal green: 25a36f; terracotta: bd6c48 ca6641; tomato red: ec2d01 ff6347; turquoise: 06c2ac 40e0d0;
    turquoise blue: 06b1c4; turquoise green: 04f489; umber: b26400; very dark blue: 000133 1b2431; very
    dark brown: 1d0200; very dark green: 062e03; very dark grey: 222222; very dark purple: 2a0134; very
    light blue: d5ffff; very light green: d1ffbd; very light grey: dcdcdc; very light purple: f6cefc;
    very pale blue: d6fffe f0f8ff f0ffff; very pale cyan: e0ffff; very pale green: cffdbc f0fff0 f5fffa;
    violet: 6258c4 9400d3 9a0eea; violet blue: 510ac9; violet pink: fb5ffc; violet red: a50055; warm
    grey: 8e8279 978a84 a5a391 a8a495; white: ffffff; wine: 80013f; yellow: ffff00 ffff14; yellow green:
    9acd32 9cef43 c0fb2d; yellow ochre: cb9d06; yellow orange: fcb001; yellowish brown: 9b7a01;
    yellowish green: b0dd16; yellowish orange: ffab0f
    """
}
