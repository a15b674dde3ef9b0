namespace ConsulKvTools.Diagnosis;

/// <summary>That one finding, where it is there, is the reason for others.</summary>
/// <param name="By">The code that explains; one that ends with a dot stands for every code of its area.</param>
/// <param name="Explained">The codes that are then its consequences, written in the same way.</param>
/// <param name="When">What must hold between the two, explanation first; null when nothing.</param>
internal sealed record Explanation(string By, string[] Explained, Func<ConsulFinding, ConsulFinding, bool>? When = null)
{
    /// <summary>True when it speaks of a whole area. An area's codes are of every weight, so that only those of weight enough explain.</summary>
    public bool IsArea => By.EndsWith(".", StringComparison.Ordinal);

    /// <summary>Whether <paramref name="by"/> is the reason for <paramref name="finding"/>.</summary>
    public bool Holds(ConsulFinding by, ConsulFinding finding) =>
        by.Code != finding.Code
        && Matches(by.Code, By)
        && Array.Exists(Explained, name => Matches(finding.Code, name))
        && (!IsArea || by.Severity >= finding.Severity)
        && (When is null || When(by, finding));

    private static bool Matches(string code, string name) =>
        name.EndsWith(".", StringComparison.Ordinal) ? code.StartsWith(name, StringComparison.Ordinal) : code == name;
}
