using ConsulKvTools.Sessions;

namespace ConsulKvTools.Commands;

/// <summary>Offers durations in Go's form, and the units for a number that is being typed.</summary>
public sealed class DurationCompleter() : SpanCompleter(
    [
        ("500ms", "Half a second"), ("1s", "One second"), ("3s", "Three seconds"), ("10s", "Ten seconds"), ("30s", "Half a minute"), ("1m", "One minute"), ("1m30s", "A minute and a half"),
        ("5m", "Five minutes"), ("1h", "One hour"),
    ],
    [("ms", "milliseconds"), ("s", "seconds"), ("m", "minutes"), ("h", "hours")],
    text => GoDuration.TryParse(text, out _), "");
