using System.Management.Automation;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Commands;

/// <summary>Offers durations in Go's form, and the units for a number that is being typed.</summary>
public sealed class DurationCompleter : ConsulCompleter
{
    private static readonly (string Unit, string Meaning)[] Units = [("ms", "milliseconds"), ("s", "seconds"), ("m", "minutes"), ("h", "hours")];

    private static readonly (string Duration, string Meaning)[] Usual =
    [
        ("500ms", "Half a second"), ("1s", "One second"), ("3s", "Three seconds"), ("10s", "Ten seconds"), ("30s", "Half a minute"), ("1m", "One minute"), ("1m30s", "A minute and a half"),
        ("5m", "Five minutes"), ("1h", "One hour"),
    ];

    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var typed = question.Word.Text;
        foreach (var (duration, meaning) in Usual)
            if (question.Word.Begins(duration)) yield return Offer(question.Word.AsTyped(duration), meaning, duration);
        if (typed.Length == 0) yield break;
        // 1m3 is one minute and three of something.
        var number = typed.Substring(typed.LastIndexOfAny(['s', 'm', 'h']) + 1);
        foreach (var (unit, meaning) in Units)
            if (number.Length > 0 && GoDuration.TryParse(typed + unit, out _) && Array.TrueForAll(Usual, row => row.Duration != typed + unit))
                yield return Offer(question.Word.AsTyped(typed + unit), number == typed ? $"{number} {meaning}" : $"{typed.Substring(0, typed.Length - number.Length)} and {number} {meaning}", typed + unit);
    }
}
