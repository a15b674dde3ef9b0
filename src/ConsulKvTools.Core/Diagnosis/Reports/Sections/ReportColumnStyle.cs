namespace ConsulKvTools.Diagnosis.Reports.Sections;

/// <summary>How the cells of a column are shown.</summary>
internal enum ReportColumnStyle
{
    /// <summary>As text.</summary>
    Words,

    /// <summary>To the right.</summary>
    Number,

    /// <summary>Letter by letter: keys, commands, codes.</summary>
    Code,
}
