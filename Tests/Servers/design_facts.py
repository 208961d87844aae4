"""The design facts that the test servers answer with: valid idf/v1 for an image of 512 x 512."""

IDF = {
    "schema": "idf/v1",
    "dimensions": {"width": 512, "height": 512, "format": "PNG"},
    "background": "#1A1714",
    "palette": {"primary": ["#c45c4b", "#d4a84b"], "accents": ["#7a9e82"]},
    "density_zones": {
        "upper_left": {"coverage": 0.18},
        "central": {"coverage": 0.65},
        "lower_right": {"coverage": 0.2},
    },
    "specimens": ["Eucalyptus – Blüte 🌿"],
    "purpose": "429 leaves on a quota of green",
}
