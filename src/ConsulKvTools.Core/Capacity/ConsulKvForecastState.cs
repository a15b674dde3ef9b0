namespace ConsulKvTools;

/// <summary>What can honestly be said about when a limit is reached.</summary>
public enum ConsulKvForecastState
{
    /// <summary>It is reached already.</summary>
    Reached,

    /// <summary>It is expected at a time, within an interval.</summary>
    Expected,

    /// <summary>Not before a time; what comes after it lies too far ahead for this history.</summary>
    NotBefore,

    /// <summary>What was measured does not grow.</summary>
    NotGrowing,

    /// <summary>It grows, and no limit was given to reach.</summary>
    NoLimit,

    /// <summary>Fewer measurements than a course can be told from.</summary>
    TooLittleHistory,

    /// <summary>The last measurements left the course of those before: a step or an outlier, which only later ones can tell.</summary>
    Unsettled,
}
