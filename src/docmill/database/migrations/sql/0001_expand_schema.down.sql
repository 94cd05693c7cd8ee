comment on schema docmill is null;
