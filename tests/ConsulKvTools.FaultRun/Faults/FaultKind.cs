namespace ConsulKvTools.FaultRun.Faults;

/// <summary>What can be done to the cluster, or to the way to it.</summary>
internal enum FaultKind
{
    /// <summary>The leader is killed, and started again at the end.</summary>
    LeaderKilled,

    /// <summary>The leader is stopped (SIGSTOP) and goes on at the end.</summary>
    LeaderFrozen,

    /// <summary>A follower is killed, and started again at the end.</summary>
    FollowerKilled,

    /// <summary>A follower is stopped and goes on at the end.</summary>
    FollowerFrozen,

    /// <summary>The client agent is ended in good order and started again.</summary>
    AgentRestarted,

    /// <summary>The leader's packets to the other servers, and theirs to it, are lost.</summary>
    LeaderCutOff,

    /// <summary>A follower's packets to the other servers, and theirs to it, are lost.</summary>
    FollowerCutOff,

    /// <summary>The leader and a follower are stopped.</summary>
    QuorumFrozen,

    /// <summary>The leader and a follower are killed.</summary>
    QuorumKilled,

    /// <summary>Some connections are cut when a request has come, before any of it is sent on.</summary>
    RequestsCut,

    /// <summary>Some requests are sent on, and the connection is cut when the answer comes.</summary>
    AnswersCut,

    /// <summary>Answers come late.</summary>
    AnswersDelayed,

    /// <summary>Some answers never come, and the connection stays open.</summary>
    AnswersDropped,

    /// <summary>Some requests are held back and sent on after the client has given up.</summary>
    RequestsHeld,
}
