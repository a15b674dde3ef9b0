using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers spans of time, and the units for a number that is being typed.</summary>
/// <param name="usual">Those that are wanted most, and what they mean.</param>
/// <param name="units">The units, the smallest first.</param>
/// <param name="isSpan">True for a text that is one.</param>
/// <param name="end">What stands behind the meaning of a number with its unit.</param>
public abstract class SpanCompleter((string Span, string Meaning)[] usual, (string Unit, string Meaning)[] units, Func<string, bool> isSpan, string end) : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var typed = question.Word.Text;
        foreach (var (span, meaning) in usual)
            if (question.Word.Begins(span)) yield return Offer(question.Word.AsTyped(span), meaning, span);
        if (typed.Length == 0) yield break;
        // 1m3 is one minute and three of something.
        var number = typed.Substring(typed.LastIndexOfAny(['s', 'm', 'h']) + 1);
        foreach (var (unit, meaning) in units)
            if (number.Length > 0 && isSpan(typed + unit) && Array.TrueForAll(usual, row => row.Span != typed + unit))
                yield return Offer(question.Word.AsTyped(typed + unit), (number == typed ? $"{number} {meaning}" : $"{typed.Substring(0, typed.Length - number.Length)} and {number} {meaning}") + end, typed + unit);
    }
}
