namespace ConsulKvTools;

/// <summary>How <see cref="DiagnosisText"/> is to look.</summary>
public sealed record DiagnosisTextStyle
{
    /// <summary>Columns a line may take, 40 or more; lines are wrapped between words.</summary>
    public int Width { get; init; } = 100;

    /// <summary>False where the console cannot show ✓ ✗ –: plain letters take their place.</summary>
    public bool Unicode { get; init; } = true;

    /// <summary>Colours a mark or a status word. The default leaves it as it is; what it adds must take no columns.</summary>
    public Func<DiagnosisTone, string, string> Paint { get; init; } = (_, text) => text;
}
