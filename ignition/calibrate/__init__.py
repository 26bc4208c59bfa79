"""What a run against the real clouds says, beside what the rules of this installation say of the same inputs."""
