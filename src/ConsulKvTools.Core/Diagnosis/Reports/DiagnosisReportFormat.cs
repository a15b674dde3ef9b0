namespace ConsulKvTools;

/// <summary>In which form diagnoses are written to a file.</summary>
public enum DiagnosisReportFormat
{
    /// <summary>One page that needs nothing else: for people, on the screen, on the phone and printed.</summary>
    Html,

    /// <summary>GitHub-flavoured Markdown, to be pasted into an issue or a chat.</summary>
    Markdown,

    /// <summary>The document of <c>docs/diagnosis-schema.md</c>; an array of them when there are several diagnoses.</summary>
    Json,

    /// <summary>JUnit XML for CI systems: a suite a diagnosis, a case a probe.</summary>
    JUnit,
}
