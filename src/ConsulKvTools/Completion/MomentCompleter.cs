namespace ConsulKvTools.Commands;

/// <summary>Offers how long ago a moment was, and the units for a number that is being typed.</summary>
public sealed class MomentCompleter() : SpanCompleter(
    [
        ("5m", "Five minutes ago"), ("15m", "A quarter of an hour ago"), ("1h", "One hour ago"), ("2h", "Two hours ago"), ("6h", "Six hours ago"), ("12h", "Half a day ago"), ("1d", "One day ago"),
        ("7d", "One week ago"), ("30d", "Thirty days ago"),
    ],
    [("m", "minutes"), ("h", "hours"), ("d", "days")],
    text => MomentAttribute.Ago(text) is not null, " ago");
