using ConsulKvTools.Diagnosis.Errors;
using ConsulKvTools.Diagnosis.Reports.Secrets;

namespace ConsulKvTools.Http;

/// <summary>
/// Takes secrets out of what a server answered: gateways and debugging servers give back what they were sent, and what is shown of an
/// answer ends up in titles, evidence and reports.
/// </summary>
/// <param name="secrets">The session's own secrets; asked for with the first text.</param>
internal sealed class AnswerMask(Func<IEnumerable<string>> secrets)
{
    private const string Hidden = "<hidden>";

    // Nobody is shown more, and no more is needed to know Consul's words; looking through megabytes would cost seconds.
    private const int Longest = 16 * 1024;

    private readonly Lazy<string[]> forms = new(() => secrets().SelectMany(SecretForms.Of).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length).ToArray());

    /// <summary>Knows no secret of its own, but what any secret looks like.</summary>
    public static AnswerMask General { get; } = new(() => []);

    /// <summary>The beginning of <paramref name="text"/>, its secrets replaced: the session's own in every form, and whatever looks like one.</summary>
    public string Of(string text)
    {
        if (text.Length > Longest * 4) text = text.Substring(0, Longest * 4);
        text = OwnOf(text);
        return SecretMask.Apply(text.Length > Longest ? text.Substring(0, Longest) : text);
    }

    /// <summary>All of <paramref name="text"/>, only the session's own secrets replaced: for what people are to see as it is.</summary>
    public string OwnOf(string text)
    {
        // The longest first, so that a form is not left over because a part of it was taken out.
        foreach (var form in forms.Value)
            if (text.IndexOf(form, StringComparison.Ordinal) >= 0) text = text.Replace(form, Hidden);
        return text;
    }
}
