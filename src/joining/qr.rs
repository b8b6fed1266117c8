//! A link as a picture that a telephone's camera reads.

use qrcode::{Color, EcLevel, QrCode};

/// Draws a text as an inline SVG, dark on light in every theme, since cameras want it so; empty where it is too long.
pub fn svg(text: &str, label: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return String::new() };
    let (width, modules) = (code.width(), code.to_colors());
    let dark = modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    // Four modules of light around it, as the standard wants.
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4)).collect();
    let side = width + 8;
    let label =
        askama::filters::escape(label, askama::filters::Html).map(|label| label.to_string()).unwrap_or_default();
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <path class=\"light\" d=\"M0 0h{side}v{side}h-{side}z\"/><path class=\"dark\" d=\"{path}\"/></svg>"
    )
}
