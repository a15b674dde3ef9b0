using ConsulKvTools.Diagnosis.Reports.Secrets;

namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>
/// What may stand in a report besides diagnoses. A result implements it explicitly, so that it shows no member more; the report's page and
/// its Markdown are both made of the one section, and no part knows either.
/// </summary>
internal interface IReportPart
{
    /// <summary>What is said of it.</summary>
    ReportSection Section { get; }

    /// <summary>What tells whether the report holds a secret of the session that the part came of; <see cref="SecretPrints.None"/> when there was none.</summary>
    SecretPrints Secrets { get; }
}
